//! tonic as a peer: `interop-tonic server CERT KEY`, and `interop-tonic client LABEL URL CA|- plain|gzip CASE,…` with the
//! cases of `../clients/cases.mjs`.
mod cases;
mod client;
mod messages;
mod server;

#[allow(dead_code)]
pub mod service {
    include!(concat!(env!("OUT_DIR"), "/grpc.testing.TestService.rs"));
    pub mod absent {
        include!(concat!(
            env!("OUT_DIR"),
            "/grpc.testing.UnimplementedService.rs"
        ));
    }
}

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["server", certificate, key] => server::serve(certificate, key).await,
        ["client", label, url, authority, encoding, names] => {
            let peer = client::Peer::connect(url, authority, *encoding == "gzip")?;
            for name in names.split(',') {
                cases::report(label, name, &peer).await;
            }
            Ok(())
        }
        _ => Err("interop-tonic server CERT KEY | client LABEL URL CA|- plain|gzip CASE,…".into()),
    }
}
