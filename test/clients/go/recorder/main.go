// An unmodified X-Ray SDK for Go: one sampled segment, a subsegment that fails, an annotation.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-xray-sdk-go/xray"
)

func main() {
	if err := xray.Configure(xray.Config{DaemonAddr: os.Args[1]}); err != nil {
		panic(err)
	}
	ctx, segment := xray.BeginSegment(context.Background(), "go-client")
	segment.Sampled = true
	if err := xray.AddAnnotation(ctx, "tier", "bronze"); err != nil {
		panic(err)
	}
	failure := xray.Capture(ctx, "work", func(ctx context.Context) error {
		time.Sleep(5 * time.Millisecond)
		return errors.New("out of stock")
	})
	segment.Close(nil)
	time.Sleep(300 * time.Millisecond)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"traceId": segment.TraceID, "id": segment.ID, "failure": failure.Error(),
	})
}
