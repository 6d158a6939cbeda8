/**
 * Writes debug output, says so, and ends, or waits to be killed:
 *
 *     write_and_wait.ts <folder> <first id> <batches of ten rows> [stay]
 *
 * @module
 */
import { makeVector, Table } from "apache-arrow";
import process from "node:process";
import { createWrapper } from "../../src/runtime/node.ts";

const [outputDir = "", from = "0", batches = "0", stay] = process.argv.slice(2);

const wrapper = await createWrapper({
  endpoint: "http://localhost:1",
  tableName: "main.iot.readings",
  writerDisabled: true,
  debug: { outputDir, maxRecordsPerFile: 70, maxFilesRetained: null },
});
for (let batch = 0; batch < Number(batches); batch++) {
  const ids = Int32Array.from({ length: 10 }, (_, row) => Number(from) + batch * 10 + row);
  await wrapper.sendBatch(new Table({ id: makeVector(ids) }));
}
await wrapper.flush();
console.log("written");
if (stay === undefined) await wrapper.shutdown();
else setInterval(() => {}, 60_000);
