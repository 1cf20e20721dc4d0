//! The bench's service on tonic: its own server, one thread.

use control::{Tls, answer_requests};
use tokio_stream::Iter;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

#[allow(dead_code)]
mod bench {
    tonic::include_proto!("bowline.bench");
    pub mod rpc {
        tonic::include_proto!("bowline.bench.rpc");
    }
}
use bench::rpc::bench_service_server::{BenchService, BenchServiceServer};
use bench::rpc::{DownloadRequest, DownloadResponse, IngestResponse, LookupRequest, LookupResponse, Payload};
use bench::{LogBatch, Severity, SmallRequest};

struct Bench;

#[tonic::async_trait]
impl BenchService for Bench {
    type DownloadStream = Iter<Download>;

    async fn echo(&self, request: Request<SmallRequest>) -> Result<Response<SmallRequest>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn echo_payload(&self, request: Request<Payload>) -> Result<Response<Payload>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn ingest(&self, request: Request<LogBatch>) -> Result<Response<IngestResponse>, Status> {
        let mut answer = IngestResponse::default();
        for record in request.get_ref().records.iter() {
            answer.records += 1;
            answer.duration_ms += record.duration_ms;
            if record.severity < Severity::Error as i32 {
                continue;
            }
            answer.errors += 1;
            answer.error_characters += record.message.encode_utf16().count() as u32;
        }
        Ok(Response::new(answer))
    }

    async fn download(&self, request: Request<DownloadRequest>) -> Result<Response<Self::DownloadStream>, Status> {
        let count = request.get_ref().count;
        Ok(Response::new(tokio_stream::iter(Download { index: 0, count })))
    }

    async fn lookup(&self, _: Request<LookupRequest>) -> Result<Response<LookupResponse>, Status> {
        Err(Status::unimplemented("no Redis here"))
    }
}

/// So many small messages.
struct Download {
    index: u32,
    count: u32,
}

impl Iterator for Download {
    type Item = Result<DownloadResponse, Status>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index == self.count {
            return None;
        }
        self.index += 1;
        let text = "one of a hundred small messages".to_owned();
        Some(Ok(DownloadResponse { index: self.index, text }))
    }
}

fn main() {
    answer_requests(|Tls { certificate, key }| {
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let bind = || TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a port").with_nodelay(Some(true));
                let (plain, secure) = (bind(), bind());
                let port = |incoming: &TcpIncoming| incoming.local_addr().expect("an address").port();
                send.send((port(&plain), port(&secure))).expect("the main thread");
                let tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
                let service = || BenchServiceServer::new(Bench);
                let serving = Server::builder().add_service(service()).serve_with_incoming(plain);
                let mut builder = Server::builder().tls_config(tls).expect("TLS");
                tokio::spawn(builder.add_service(service()).serve_with_incoming(secure));
                serving.await.expect("serving");
            });
        });
        receive.recv().expect("ports")
    });
}
