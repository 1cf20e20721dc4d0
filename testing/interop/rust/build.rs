//! Generates tonic's client and server of the test service; its messages are in `src/messages.rs`.
use tonic_build::manual::{Builder, Method, Service};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let method = |name: &str, route: &str, input: &str, output: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("crate::messages::{input}"))
            .output_type(format!("crate::messages::{output}"))
            .codec_path("tonic_prost::ProstCodec")
    };
    let output = "StreamingOutputCallRequest";
    let service = Service::builder()
        .name("TestService")
        .package("grpc.testing")
        .method(method("empty_call", "EmptyCall", "Empty", "Empty").build())
        .method(method("unary_call", "UnaryCall", "SimpleRequest", "SimpleResponse").build())
        .method(
            method(
                "streaming_output_call",
                "StreamingOutputCall",
                output,
                "StreamingOutputCallResponse",
            )
            .server_streaming()
            .build(),
        )
        .method(
            method(
                "streaming_input_call",
                "StreamingInputCall",
                "StreamingInputCallRequest",
                "StreamingInputCallResponse",
            )
            .client_streaming()
            .build(),
        )
        .method(
            method(
                "full_duplex_call",
                "FullDuplexCall",
                output,
                "StreamingOutputCallResponse",
            )
            .client_streaming()
            .server_streaming()
            .build(),
        )
        .method(method("unimplemented_call", "UnimplementedCall", "Empty", "Empty").build())
        .build();
    let unimplemented = Service::builder()
        .name("UnimplementedService")
        .package("grpc.testing")
        .method(method("unimplemented_call", "UnimplementedCall", "Empty", "Empty").build())
        .build();
    Builder::new().compile(&[service, unimplemented]);
}
