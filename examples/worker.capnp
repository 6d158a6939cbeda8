# The worker of worker.ts on workerd: workerd serve worker.capnp, with the settings in the environment.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["public", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  globalOutbound = "internet",
  bindings = [
    (name = "ZEROBUS_ENDPOINT", fromEnvironment = "ZEROBUS_ENDPOINT"),
    (name = "UNITY_CATALOG_URL", fromEnvironment = "UNITY_CATALOG_URL"),
    (name = "ZEROBUS_TABLE_NAME", fromEnvironment = "ZEROBUS_TABLE_NAME"),
    (name = "ZEROBUS_CLIENT_ID", fromEnvironment = "ZEROBUS_CLIENT_ID"),
    (name = "ZEROBUS_CLIENT_SECRET", fromEnvironment = "ZEROBUS_CLIENT_SECRET"),
  ],
);
