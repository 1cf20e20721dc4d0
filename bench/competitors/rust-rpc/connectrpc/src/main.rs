//! The bench's service on connectrpc: the monomorphic dispatcher that its generator writes, on hyper's HTTP/2, one
//! thread. Handlers get views.
// The generated client is behind a feature, which this crate lacks.
#![allow(unexpected_cfgs)]

use std::sync::Arc;

use connectrpc::{ConnectError, ConnectRpcService, Encodable, RequestContext, Response, ServiceRequest, ServiceResult, ServiceStream};
use control::{Tls, answer_requests};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

connectrpc::include_generated!();
use bowline::bench::rpc::{BenchService, BenchServiceServer};
use bowline::bench::rpc::{DownloadRequest, DownloadResponse, IngestResponse, LookupRequest, LookupResponse, Payload};
use bowline::bench::{LogBatch, Severity, SmallRequest};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Bench;

impl BenchService for Bench {
    async fn echo<'a>(
        &'a self,
        _: RequestContext,
        request: ServiceRequest<'_, SmallRequest>,
    ) -> ServiceResult<impl Encodable<SmallRequest> + Send + use<'a>> {
        Response::ok(request.to_owned_message())
    }

    async fn echo_payload<'a>(
        &'a self,
        _: RequestContext,
        request: ServiceRequest<'_, Payload>,
    ) -> ServiceResult<impl Encodable<Payload> + Send + use<'a>> {
        Response::ok(request.to_owned_message())
    }

    async fn ingest<'a>(
        &'a self,
        _: RequestContext,
        request: ServiceRequest<'_, LogBatch>,
    ) -> ServiceResult<impl Encodable<IngestResponse> + Send + use<'a>> {
        let mut answer = IngestResponse::default();
        for record in request.records.iter() {
            answer.records += 1;
            answer.duration_ms += record.duration_ms;
            if record.severity.to_i32() < Severity::SEVERITY_ERROR as i32 {
                continue;
            }
            answer.errors += 1;
            answer.error_characters += record.message.encode_utf16().count() as u32;
        }
        Response::ok(answer)
    }

    async fn download(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, DownloadRequest>,
    ) -> ServiceResult<ServiceStream<impl Encodable<DownloadResponse> + Send + use<>>> {
        let messages = (1..=request.count).map(|index| {
            let text = "one of a hundred small messages".to_owned();
            Ok(DownloadResponse { index, text, ..Default::default() })
        });
        Response::stream_ok(futures::stream::iter(messages))
    }

    async fn lookup<'a>(
        &'a self,
        _: RequestContext,
        _: ServiceRequest<'_, LookupRequest>,
    ) -> ServiceResult<impl Encodable<LookupResponse> + Send + use<'a>> {
        Err::<Response<LookupResponse>, _>(ConnectError::unimplemented("no Redis here"))
    }
}

type Service = ConnectRpcService<BenchServiceServer<Bench>>;

async fn serve(listener: TcpListener, service: Service, tls: Option<TlsAcceptor>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("TCP");
        let service = service.clone();
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => serve_connection(stream, service).await,
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => serve_connection(stream, service).await,
                    Err(error) => eprintln!("TLS: {error}"),
                },
            }
        });
    }
}

/// A connection that ends in the middle of something, as those of load generators do, is no error here.
async fn serve_connection<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S, service: Service) {
    let http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let _ = http2.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await;
}

fn acceptor(Tls { certificate, key }: Tls) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).map(|each| each.expect("a certificate"));
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain.collect(), key).expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

fn main() {
    answer_requests(|pair| {
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let (plain, secure) = (bind().await, bind().await);
                let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
                send.send((port(&plain), port(&secure))).expect("the main thread");
                let service = ConnectRpcService::new(BenchServiceServer::new(Bench));
                tokio::spawn(serve(secure, service.clone(), Some(acceptor(pair))));
                serve(plain, service, None).await;
            });
        });
        receive.recv().expect("ports")
    });
}

async fn bind() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.expect("a port")
}
