// Samplers of the unmodified X-Ray SDK for Go, by their own pollers: see ../../node/sampler-run.mjs.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-xray-sdk-go/daemoncfg"
	"github.com/aws/aws-xray-sdk-go/strategy/sampling"
)

const tickLength = 50 * time.Millisecond

type result struct {
	Requests  int           `json:"requests"`
	Sampled   int           `json:"sampled"`
	Asked     map[int64]int `json:"asked"`
	Reservoir map[int64]int `json:"reservoir"`
	Torn      []int64       `json:"torn"`
	ChangedAt *int64        `json:"changedAt"`
	AddedAt   *int64        `json:"addedAt"`
}

func main() {
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	endpoints, err := daemoncfg.GetDaemonEndpointsFromString(os.Args[1])
	check(err)
	samplers := make([]*sampling.CentralizedStrategy, count)
	results := make([]result, count)
	for i := range samplers {
		samplers[i], err = sampling.NewCentralizedStrategy()
		check(err)
		samplers[i].LoadDaemonEndpoints(endpoints)
		results[i] = result{Asked: map[int64]int{}, Reservoir: map[int64]int{}, Torn: []int64{}}
	}
	for !allReady(samplers) {
		time.Sleep(tickLength)
	}
	fmt.Println("ready")
	ended := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	for running := true; running; {
		for i, sampler := range samplers {
			tick(sampler, &results[i])
		}
		select {
		case err := <-ended:
			check(err)
			running = false
		case <-time.After(tickLength):
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(results))
}

func allReady(samplers []*sampling.CentralizedStrategy) bool {
	ready := true
	for _, sampler := range samplers {
		for range 20 {
			ready = decide(sampler, "/ready") && ready
		}
	}
	return ready
}

func tick(sampler *sampling.CentralizedStrategy, r *result) {
	for range 20 {
		r.Requests++
		if decide(sampler, "/rate") {
			r.Sampled++
		}
	}
	for range 2 {
		second := time.Now().Unix()
		r.Asked[second]++
		if decide(sampler, "/reservoir") {
			r.Reservoir[second]++
		}
		if time.Now().Unix() != second {
			r.Torn = append(r.Torn, second, second+1)
		}
	}
	if decide(sampler, "/changed") && r.ChangedAt == nil {
		r.ChangedAt = now()
	}
	if decide(sampler, "/added") && r.AddedAt == nil {
		r.AddedAt = now()
	}
}

func decide(sampler *sampling.CentralizedStrategy, path string) bool {
	request := sampling.Request{Host: "fleet.test", Method: "GET", URL: path, ServiceName: "fleet"}
	return sampler.ShouldTrace(&request).Sample
}

func now() *int64 {
	at := time.Now().UnixMilli()
	return &at
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
