import { assertEquals } from "@std/assert";
import { Code } from "@connectrpc/connect";
import { grpcEnding } from "../../src/transport/grpc_status.ts";
import { test } from "../harness/mod.ts";

test("an ending is read from header fields, whatever a server makes of its message", () => {
  const table: [fields: Record<string, string>, code: Code | undefined, message: string][] = [
    [{ "grpc-status": "0" }, undefined, ""],
    [{ "grpc-status": "14", "grpc-message": "try%20later" }, Code.Unavailable, "try later"],
    // Not encoded at all, so that it cannot be decoded.
    [{ "grpc-status": "3", "grpc-message": "100% wrong" }, Code.InvalidArgument, "100% wrong"],
    [
      { "grpc-status": "14", "grpc-message": "ok", "grpc-status-details-bin": "///" },
      Code.Unavailable,
      "ok",
    ],
  ];
  for (const [fields, code, message] of table) {
    const ending = grpcEnding(new Headers(fields));
    assertEquals(ending?.error?.code, code);
    assertEquals(ending?.error?.rawMessage ?? "", message);
  }
  assertEquals(grpcEnding(new Headers({ "content-type": "application/grpc" })), undefined);
});
