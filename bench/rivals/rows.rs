//! The rival: rows → Protobuf the way the Rust client does it. A `Vec` for each row, a look-up in a
//! hash map for each field, a match on the column's type for each value, varints byte by byte. The
//! records are then put into one request body, as its gRPC library does.
//!
//!     rustc -O -C target-cpu=native rows.rs && ./rows a 3
//!
//! Arguments: corpus, number of runs. Prints bytes, a hash of them, and for each run the CPU
//! nanoseconds of the records and of records and body together. Nothing but the standard library.

use std::collections::HashMap;

/// The same numbers as `corpora/random.ts`.
struct Random(u32);

const ALPHABET: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
    fn between(&mut self, min: u32, max: u32) -> u32 {
        min + self.next() % (max - min + 1)
    }
    fn wide(&mut self) -> i64 {
        let high = (self.next() as u64) << 16;
        let value = high | (self.next() & 0xffff) as u64;
        (value >> (self.next() % 48)) as i64
    }
    fn text(&mut self, into: &mut Vec<u8>, length: u32) {
        let mut left = length;
        while left > 0 {
            let mut bits = self.next();
            for _ in 0..left.min(5) {
                into.push(ALPHABET[(bits & 63) as usize]);
                bits >>= 6;
                left -= 1;
            }
        }
    }
}

enum Array {
    Int64(Vec<i64>),
    Int32(Vec<i32>),
    Float64(Vec<f64>),
    Float32(Vec<f32>),
    Bool(Vec<bool>),
    Text { offsets: Vec<u32>, bytes: Vec<u8> },
    Struct(Batch),
    List { offsets: Vec<u32>, element: Box<Column> },
    Map { offsets: Vec<u32>, key: Box<Column>, value: Box<Column> },
}

struct Column {
    array: Array,
    valid: Option<Vec<bool>>,
}

/// Columns by name, and the fields of the message: name, number.
struct Batch {
    columns: HashMap<String, Column>,
    fields: Vec<(String, u32)>,
}

type Maker = Box<dyn Fn(&mut Random, usize) -> Column>;

fn column(array: Array) -> Column {
    Column { array, valid: None }
}
fn counter() -> Maker {
    Box::new(|_, rows| column(Array::Int64((1..=rows as i64).collect())))
}
fn wide() -> Maker {
    Box::new(|random, rows| column(Array::Int64((0..rows).map(|_| random.wide()).collect())))
}
fn timestamp() -> Maker {
    Box::new(|random, rows| {
        let values = (0..rows).map(|_| 1_700_000_000_000_000 + random.next() as i64).collect();
        column(Array::Int64(values))
    })
}
fn int32() -> Maker {
    Box::new(|random, rows| {
        let mut next = || {
            let value = random.next() as i32;
            value >> (random.next() % 32)
        };
        column(Array::Int32((0..rows).map(|_| next()).collect()))
    })
}
fn float64() -> Maker {
    Box::new(|random, rows| {
        let mut next = || (random.next() as f64 - 2147483648.0) / 1024.0;
        column(Array::Float64((0..rows).map(|_| next()).collect()))
    })
}
fn float32() -> Maker {
    Box::new(|random, rows| {
        let mut next = || ((random.next() >> 8) as f64 / 256.0) as f32;
        column(Array::Float32((0..rows).map(|_| next()).collect()))
    })
}
fn boolean() -> Maker {
    Box::new(|random, rows| column(Array::Bool((0..rows).map(|_| random.next() & 1 == 1).collect())))
}
fn text(min: u32, max: u32) -> Maker {
    Box::new(move |random, rows| {
        let mut offsets = vec![0];
        let mut bytes = Vec::new();
        for _ in 0..rows {
            let length = random.between(min, max);
            random.text(&mut bytes, length);
            offsets.push(bytes.len() as u32);
        }
        column(Array::Text { offsets, bytes })
    })
}
fn nullable(maker: Maker) -> Maker {
    Box::new(move |random, rows| {
        let Column { array, .. } = maker(random, rows);
        let valid = (0..rows).map(|_| random.next() % 10 != 0).collect();
        Column { array, valid: Some(valid) }
    })
}
fn structure(members: Vec<(String, Maker)>) -> Maker {
    Box::new(move |random, rows| column(Array::Struct(batch(random, rows, &members))))
}
fn lengths(random: &mut Random, rows: usize, most: u32) -> Vec<u32> {
    let mut offsets = vec![0];
    for row in 0..rows {
        offsets.push(offsets[row] + random.between(0, most));
    }
    offsets
}
fn list(element: Maker, most: u32) -> Maker {
    Box::new(move |random, rows| {
        let offsets = lengths(random, rows, most);
        let element = Box::new(element(random, offsets[rows] as usize));
        column(Array::List { offsets, element })
    })
}
fn map(key: Maker, value: Maker, most: u32) -> Maker {
    Box::new(move |random, rows| {
        let offsets = lengths(random, rows, most);
        let key = Box::new(key(random, offsets[rows] as usize));
        let value = Box::new(value(random, offsets[rows] as usize));
        column(Array::Map { offsets, key, value })
    })
}

fn batch(random: &mut Random, rows: usize, members: &[(String, Maker)]) -> Batch {
    let mut columns = HashMap::new();
    let mut fields = Vec::new();
    for (index, (name, maker)) in members.iter().enumerate() {
        columns.insert(name.clone(), maker(random, rows));
        fields.push((name.clone(), index as u32 + 1));
    }
    Batch { columns, fields }
}

fn one(name: &str, maker: Maker) -> Vec<(String, Maker)> {
    vec![(name.to_string(), maker)]
}
fn repeated(prefix: &str, count: usize, maker: fn() -> Maker) -> Vec<(String, Maker)> {
    (0..count).map(|index| (format!("{prefix}{index}"), maker())).collect()
}
fn corpus(name: &str) -> Option<(usize, Vec<(String, Maker)>)> {
    let parts = match name {
        "a" => (100_000, vec![one("id", counter()), one("name", text(8, 24)), one("value", wide())]),
        "b" => (10_000, vec![repeated("f", 50, float64), repeated("i", 50, wide)]),
        "c" => (50_000, vec![repeated("s", 5, || text(150, 250))]),
        "d" => {
            let place = vec![one("x", float64()), one("y", nullable(float64())), one("label", text(8, 16))];
            (50_000, vec![
                one("place", nullable(structure(place.into_iter().flatten().collect()))),
                one("counts", nullable(list(wide(), 5))),
                one("tags", nullable(map(text(8, 12), wide(), 3))),
            ])
        }
        "e" => (100_000, vec![
            repeated("i", 4, wide),
            repeated("n", 3, int32),
            repeated("f", 4, float64),
            one("g", float32()),
            repeated("b", 2, boolean),
            one("at", timestamp()),
            repeated("short", 2, || text(8, 24)),
            repeated("text", 2, || text(60, 140)),
            one("long", text(500, 900)),
        ]),
        _ => return None,
    };
    Some((parts.0, parts.1.into_iter().flatten().collect()))
}

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push((value as u8) | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}
fn tag(into: &mut Vec<u8>, number: u32, wire_type: u32) {
    varint(into, ((number << 3) | wire_type) as u64);
}
fn delimited(into: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    tag(into, number, 2);
    varint(into, bytes.len() as u64);
    into.extend_from_slice(bytes);
}

fn message(batch: &Batch, row: usize) -> Vec<u8> {
    let mut into = Vec::new();
    for (name, number) in &batch.fields {
        if let Some(column) = batch.columns.get(name) {
            field(&mut into, column, *number, row);
        }
    }
    into
}

fn field(into: &mut Vec<u8>, column: &Column, number: u32, row: usize) {
    if let Some(valid) = &column.valid {
        if !valid[row] {
            return;
        }
    }
    match &column.array {
        Array::Int64(values) => {
            tag(into, number, 0);
            varint(into, values[row] as u64);
        }
        Array::Int32(values) => {
            tag(into, number, 0);
            varint(into, values[row] as i64 as u64);
        }
        Array::Float64(values) => {
            tag(into, number, 1);
            into.extend_from_slice(&values[row].to_le_bytes());
        }
        Array::Float32(values) => {
            tag(into, number, 5);
            into.extend_from_slice(&values[row].to_le_bytes());
        }
        Array::Bool(values) => {
            tag(into, number, 0);
            into.push(values[row] as u8);
        }
        Array::Text { offsets, bytes } => {
            delimited(into, number, &bytes[offsets[row] as usize..offsets[row + 1] as usize]);
        }
        Array::Struct(members) => delimited(into, number, &message(members, row)),
        Array::List { offsets, element } => {
            for at in offsets[row]..offsets[row + 1] {
                field(into, element, number, at as usize);
            }
        }
        Array::Map { offsets, key, value } => {
            for at in offsets[row]..offsets[row + 1] {
                let mut entry = Vec::new();
                field(&mut entry, key, 1, at as usize);
                field(&mut entry, value, 2, at as usize);
                delimited(into, number, &entry);
            }
        }
    }
}

/// FNV-1a over 32-bit words, as `content_hash.ts` does it.
fn hash(bytes: &[u8]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    for chunk in bytes.chunks(4) {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u32::from_le_bytes(word)).wrapping_mul(0x0100_0193);
        hash ^= hash >> 15;
    }
    hash
}

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}
unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

/// Nanoseconds of processor time that this process has had.
fn cpu() -> u64 {
    let clock = if cfg!(target_os = "macos") { 12 } else { 2 };
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    if unsafe { clock_gettime(clock, &mut time) } != 0 {
        panic!("no clock for processor time");
    }
    (time.seconds * 1_000_000_000 + time.nanoseconds) as u64
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let runs: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(5);
    let Some((rows, members)) = corpus(&name) else {
        eprintln!("no corpus \"{name}\"");
        std::process::exit(2);
    };
    let seed = (name.as_bytes()[0] as u32).wrapping_mul(0x9e3779b);
    let batch = batch(&mut Random(seed), rows, &members);
    for run in 0..runs {
        let before = cpu();
        let records: Vec<Vec<u8>> = (0..rows).map(|row| message(&batch, row)).collect();
        let between = cpu();
        let mut body = Vec::with_capacity(records.iter().map(|record| record.len() + 6).sum());
        for record in &records {
            delimited(&mut body, 1, record);
        }
        let after = cpu();
        if run == 0 {
            println!("{} {:08x}", body.len(), hash(&body));
        }
        println!("{} {}", between - before, after - before);
    }
}
