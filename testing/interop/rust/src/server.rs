//! tonic's server on two ports. What it does beyond gRPC's service is said in `../src/test-service.ts`.
use crate::messages::*;
use crate::service::test_service_server::{TestService, TestServiceServer};
use crate::Failure;
use prost::Message;
use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::codec::CompressionEncoding::Gzip;
use tonic::metadata::MetadataMap;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Code, Request, Response, Status, Streaming};

pub async fn serve(certificate: &str, key: &str) -> Result<(), Failure> {
    let identity = Identity::from_pem(std::fs::read(certificate)?, std::fs::read(key)?);
    let plain = TcpListener::bind("127.0.0.1:0").await?;
    let secure = TcpListener::bind("127.0.0.1:0").await?;
    let (port, tls_port) = (plain.local_addr()?.port(), secure.local_addr()?.port());
    println!("{{\"port\":{port},\"tlsPort\":{tls_port}}}");
    let service = TestServiceServer::new(Test::default())
        .accept_compressed(Gzip)
        .send_compressed(Gzip);
    let cleartext =
        Server::builder().serve_with_incoming(service.clone(), TcpListenerStream::new(plain));
    let encrypted = Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity))?
        .serve_with_incoming(service, TcpListenerStream::new(secure));
    tokio::try_join!(cleartext, encrypted)?;
    Ok(())
}

#[derive(Clone, Default)]
struct Test {
    cancelled: Arc<Mutex<HashSet<String>>>,
}

/// Remembers the call's token when it is dropped before `finish`: tonic drops a call that is given up.
struct Watch {
    test: Test,
    token: Option<String>,
}

impl Watch {
    fn finish(mut self) {
        self.token = None;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(token) = self.token.take() {
            self.test.cancelled.lock().unwrap().insert(token);
        }
    }
}

type Responses = Pin<Box<dyn Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send>>;

impl Test {
    fn watch(&self, metadata: &MetadataMap) -> Watch {
        Watch {
            test: self.clone(),
            token: text(metadata, "x-interop-token"),
        }
    }

    /// Answers requests one by one, until there are no more or one fails.
    fn respond(
        &self,
        metadata: &MetadataMap,
        mut requests: impl Stream<Item = Result<StreamingOutputCallRequest, Status>>
            + Send
            + Unpin
            + 'static,
    ) -> Responses {
        let watch = self.watch(metadata);
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            let ended = tokio::select! {
                _ = sender.closed() => None,
                status = answer_all(&mut requests, &sender) => Some(status),
            };
            match ended {
                // The call was given up: the watch remembers it.
                None => drop(watch),
                Some(Err(status)) if status.code() == Code::Cancelled => drop(watch),
                Some(Err(status)) => {
                    watch.finish();
                    let _ = sender.send(Err(status)).await;
                }
                Some(Ok(())) => watch.finish(),
            }
        });
        Box::pin(ReceiverStream::new(receiver))
    }
}

type Sender = tokio::sync::mpsc::Sender<Result<StreamingOutputCallResponse, Status>>;

async fn answer_all(
    requests: &mut (impl Stream<Item = Result<StreamingOutputCallRequest, Status>> + Unpin),
    sender: &Sender,
) -> Result<(), Status> {
    while let Some(request) = requests.next().await {
        let request = request?;
        for each in request.response_parameters {
            if each.interval_us > 0 {
                tokio::time::sleep(Duration::from_micros(each.interval_us as u64)).await;
            }
            let message = StreamingOutputCallResponse {
                payload: zeros(each.size as usize),
            };
            if sender.send(Ok(message)).await.is_err() {
                return Err(Status::cancelled("nobody listens"));
            }
        }
        fail(request.response_status)?;
    }
    Ok(())
}

#[tonic::async_trait]
impl TestService for Test {
    async fn empty_call(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        Ok(Response::new(Empty {}))
    }

    async fn unary_call(
        &self,
        request: Request<SimpleRequest>,
    ) -> Result<Response<SimpleResponse>, Status> {
        let metadata = request.metadata().clone();
        if let Some(delay) =
            text(&metadata, "x-interop-delay-ms").and_then(|text| text.parse().ok())
        {
            let watch = self.watch(&metadata);
            tokio::time::sleep(Duration::from_millis(delay)).await;
            watch.finish();
        }
        let request = request.into_inner();
        fail(request.response_status)?;
        let server_id = if request.fill_server_id {
            "tonic".into()
        } else {
            String::new()
        };
        let payload = zeros(request.response_size as usize);
        let mut response = Response::new(SimpleResponse { payload, server_id });
        let echoed = response.metadata_mut();
        if let Some(value) = metadata.get("x-grpc-test-echo-initial") {
            echoed.insert("x-grpc-test-echo-initial", value.clone());
        }
        if let Some(asked) = text(&metadata, "x-interop-ask") {
            let seen = self.cancelled.lock().unwrap().contains(&asked);
            echoed.insert(
                "x-interop-cancelled",
                if seen { "true" } else { "false" }.parse().unwrap(),
            );
        }
        Ok(response)
    }

    type StreamingOutputCallStream = Responses;
    async fn streaming_output_call(
        &self,
        request: Request<StreamingOutputCallRequest>,
    ) -> Result<Response<Responses>, Status> {
        let metadata = request.metadata().clone();
        let requests = tokio_stream::iter([Ok(request.into_inner())]);
        Ok(Response::new(self.respond(&metadata, requests)))
    }

    async fn streaming_input_call(
        &self,
        request: Request<Streaming<StreamingInputCallRequest>>,
    ) -> Result<Response<StreamingInputCallResponse>, Status> {
        let mut requests = request.into_inner();
        let mut size = 0;
        while let Some(message) = requests.message().await? {
            size += message.payload.map_or(0, |payload| payload.body.len());
        }
        Ok(Response::new(StreamingInputCallResponse {
            aggregated_payload_size: size as i32,
        }))
    }

    type FullDuplexCallStream = Responses;
    async fn full_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<Response<Responses>, Status> {
        let metadata = request.metadata().clone();
        Ok(Response::new(self.respond(&metadata, request.into_inner())))
    }

    async fn unimplemented_call(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        Err(Status::unimplemented("not implemented"))
    }
}

fn text(metadata: &MetadataMap, name: &str) -> Option<String> {
    Some(metadata.get(name)?.to_str().ok()?.to_owned())
}

fn fail(status: Option<EchoStatus>) -> Result<(), Status> {
    let Some(EchoStatus { code, message }) = status.filter(|status| status.code != 0) else {
        return Ok(());
    };
    let detail = Any {
        type_url: ERROR_INFO.into(),
        value: error_info().encode_to_vec(),
    };
    let rich = RichStatus {
        code,
        message: message.clone(),
        details: vec![detail],
    };
    Err(Status::with_details(
        Code::from(code),
        message,
        rich.encode_to_vec().into(),
    ))
}
