// Package handler is what the handlers of all Go servers do, so that they differ in their library alone.
package handler

import (
	"unicode/utf16"

	"bowline.bench/gorpc/bench"
	"bowline.bench/gorpc/rpc"
)

// Summarise reads every record of a log batch.
func Summarise(batch *bench.LogBatch) *rpc.IngestResponse {
	answer := &rpc.IngestResponse{}
	for _, record := range batch.Records {
		answer.Records++
		answer.DurationMs += record.DurationMs
		if record.Severity < bench.Severity_SEVERITY_ERROR {
			continue
		}
		answer.Errors++
		for _, character := range record.Message {
			answer.ErrorCharacters += uint32(utf16.RuneLen(character))
		}
	}
	return answer
}

// Download sends so many small messages.
func Download(count uint32, send func(*rpc.DownloadResponse) error) error {
	for index := uint32(1); index <= count; index++ {
		if err := send(&rpc.DownloadResponse{Index: index, Text: "one of a hundred small messages"}); err != nil {
			return err
		}
	}
	return nil
}
