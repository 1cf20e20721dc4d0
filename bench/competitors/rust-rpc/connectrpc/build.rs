fn main() {
    connectrpc_build::Config::new()
        .files(&["../proto/bench.proto", "../proto/rpc.proto"])
        .includes(&["../proto"])
        .generate_json(false)
        .gate_client_feature(true)
        .include_file("_connectrpc.rs")
        .compile()
        .expect("protoc");
}
