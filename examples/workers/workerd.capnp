using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "shop", worker = (
    modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
    compatibilityDate = "2025-09-01",
    compatibilityFlags = ["enable_request_signal"],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "shop")],
);
