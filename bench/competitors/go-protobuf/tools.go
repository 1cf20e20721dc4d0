//go:build tools

// Package main names the generator here, so that go.mod pins it.
package main

import _ "google.golang.org/protobuf/cmd/protoc-gen-go"
