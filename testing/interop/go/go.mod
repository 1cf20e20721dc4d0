module interop

go 1.24.0

require (
	connectrpc.com/connect v1.19.1
	golang.org/x/net v0.34.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20250115164207-1a7da9e5054f
	google.golang.org/grpc v1.71.0
)

require (
	golang.org/x/sys v0.29.0 // indirect
	golang.org/x/text v0.21.0 // indirect
	google.golang.org/protobuf v1.36.9 // indirect
)
