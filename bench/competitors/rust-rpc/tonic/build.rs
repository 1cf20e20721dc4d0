fn main() {
    tonic_prost_build::configure()
        .build_client(false)
        .bytes(".")
        .compile_protos(&["../proto/rpc.proto"], &["../proto"])
        .expect("protoc");
}
