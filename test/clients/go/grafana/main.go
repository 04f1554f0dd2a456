// The calls that Grafana's X-Ray data source makes for each type of query, in its order and with its
// client, and what it takes for granted in the answers: what is missing there ends this program too.
// From grafana/x-ray-datasource 2.17, pkg/datasource; the file is named at each function.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"fluoroscope.test/clients/api"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

var (
	ctx    = context.Background()
	client *xray.Client
	from   time.Time
	to     time.Time
)

type row = map[string]any

// Arguments: endpoint, a trace id in W3C's form, a selector for the time series.
func main() {
	client = api.New(os.Args[1])
	to = time.Now().Add(time.Minute)
	from = to.Add(-time.Hour)
	api.Check(json.NewEncoder(os.Stdout).Encode(row{
		"groups":     groups(),
		"trace":      trace(os.Args[2]),
		"summaries":  traceSummaries(),
		"analytics":  analytics(analyticsTraces()),
		"series":     timeSeries(nil),
		"selected":   timeSeries(&os.Args[3]),
		"serviceMap": serviceMap("Default"),
		"accounts":   accounts("Default"),
		"insights":   insights(),
	}))
}

// CheckHealth.go, getGroups.go.
func groups() []types.GroupSummary {
	api.Must(client.GetGroups(ctx, &xray.GetGroupsInput{}))
	var all []types.GroupSummary
	pages := xray.NewGetGroupsPaginator(client, &xray.GetGroupsInput{})
	for pages.HasMorePages() {
		all = append(all, api.Must(pages.NextPage(ctx)).Groups...)
	}
	return all
}

// getTrace.go: the trace and its graph at once; an id in W3C's form is asked for in X-Ray's.
func trace(w3c string) row {
	ids := []string{"1-" + w3c[:8] + "-" + w3c[8:]}
	var traces *xray.BatchGetTracesOutput
	var services []types.Service
	var both sync.WaitGroup
	both.Go(func() {
		traces = api.Must(client.BatchGetTraces(ctx, &xray.BatchGetTracesInput{TraceIds: ids}))
	})
	both.Go(func() {
		pages := xray.NewGetTraceGraphPaginator(client, &xray.GetTraceGraphInput{TraceIds: ids})
		for pages.HasMorePages() {
			services = append(services, api.Must(pages.NextPage(ctx)).Services...)
		}
	})
	both.Wait()
	return row{"trace": traces.Traces[0], "graph": services}
}

// getTraceSummaries.go: page by page, until there are a thousand.
func traceSummaries() []row {
	rows := []row{}
	pages := xray.NewGetTraceSummariesPaginator(client, &xray.GetTraceSummariesInput{
		StartTime: &from, EndTime: &to,
	})
	for pages.HasMorePages() && len(rows) < 1000 {
		for _, summary := range api.Must(pages.NextPage(ctx)).TraceSummaries {
			annotations := 0
			for _, values := range summary.Annotations {
				annotations += len(values)
			}
			rows = append(rows, row{
				"id":          summary.Id,
				"start":       summary.StartTime.Unix(),
				"method":      summary.Http.HttpMethod,
				"status":      summary.Http.HttpStatus,
				"duration":    summary.Duration,
				"url":         summary.Http.HttpURL,
				"clientIp":    summary.Http.ClientIp,
				"annotations": annotations,
			})
		}
	}
	return rows
}

// getAnalytics.go: counts all traces, then reads each quarter of the range by a request of its own, all
// four at once, page by page until none of them has a token.
func analyticsTraces() []types.TraceSummary {
	const maxTraces = 10_000
	count := timeSeries(nil)["total"].(int64)
	rate := min(maxTraces/float64(count), 1)
	var inputs [4]*xray.GetTraceSummariesInput
	for i := range inputs {
		quarter := to.Sub(from) / 4
		inputs[i] = &xray.GetTraceSummariesInput{
			StartTime:     aws.Time(from.Add(quarter * time.Duration(i))),
			EndTime:       aws.Time(from.Add(quarter * time.Duration(i+1))),
			TimeRangeType: types.TimeRangeTypeEvent,
			Sampling:      aws.Bool(true),
			SamplingStrategy: &types.SamplingStrategy{
				Name: types.SamplingStrategyNameFixedRate, Value: &rate,
			},
		}
	}
	var traces []types.TraceSummary
	var done [4]bool
	for done != [4]bool{true, true, true, true} {
		var outputs [4]*xray.GetTraceSummariesOutput
		var round sync.WaitGroup
		for i := range inputs {
			if !done[i] {
				round.Go(func() { outputs[i] = api.Must(client.GetTraceSummaries(ctx, inputs[i])) })
			}
		}
		round.Wait()
		for i, output := range outputs {
			if output != nil {
				traces = append(traces, output.TraceSummaries...)
				inputs[i].NextToken = output.NextToken
				done[i] = output.NextToken == nil
			}
		}
	}
	return traces
}

// getAnalytics.go: what it counts the traces by.
func analytics(traces []types.TraceSummary) map[string]map[string]int {
	counts := map[string]map[string]int{}
	count := func(kind, key string) {
		if counts[kind] == nil {
			counts[kind] = map[string]int{}
		}
		counts[kind][key]++
	}
	for _, trace := range traces {
		for _, cause := range trace.ResponseTimeRootCauses {
			path := []string{}
			for _, service := range cause.Services {
				step := nameAndType(service.Name, service.Type)
				for _, entity := range service.EntityPath[1:] {
					step += " -> " + *entity.Name
				}
				path = append(path, step)
			}
			count("responseTime", strings.Join(path, " => "))
		}
		for _, cause := range trace.ErrorRootCauses {
			path := []string{}
			for _, service := range cause.Services {
				step := nameAndType(service.Name, service.Type)
				for _, entity := range service.EntityPath {
					step += exceptions(entity.Exceptions)
				}
				path = append(path, step)
			}
			count("error", strings.Join(path, " => "))
		}
		for _, cause := range trace.FaultRootCauses {
			path := []string{}
			for _, service := range cause.Services {
				step := nameAndType(service.Name, service.Type)
				for _, entity := range service.EntityPath {
					step += exceptions(entity.Exceptions)
				}
				path = append(path, step)
			}
			count("fault", strings.Join(path, " => "))
		}
		count("url", aws.ToString(trace.Http.HttpURL))
		count("status", fmt.Sprint(aws.ToInt32(trace.Http.HttpStatus)))
		for _, user := range trace.Users {
			count("user", *user.UserName)
		}
	}
	return counts
}

func nameAndType(name, kind *string) string {
	return fmt.Sprintf("%s (%s)", *name, *kind)
}

func exceptions(all []types.RootCauseException) string {
	text := ""
	for _, exception := range all {
		text += fmt.Sprintf(" -> %s: %s", *exception.Name, aws.ToString(exception.Message))
	}
	return text
}

// getTimeSeriesServiceStatistics.go: its columns, summed up over the buckets.
func timeSeries(selector *string) row {
	var throttles, errors, faults, ok, total int64
	buckets := 0
	pages := xray.NewGetTimeSeriesServiceStatisticsPaginator(client, &xray.GetTimeSeriesServiceStatisticsInput{
		StartTime: &from, EndTime: &to, EntitySelectorExpression: selector, Period: aws.Int32(60),
	})
	for pages.HasMorePages() {
		for _, bucket := range api.Must(pages.NextPage(ctx)).TimeSeriesServiceStatistics {
			_ = bucket.Timestamp.Unix()
			buckets++
			// The members of an edge's statistics are those of a service's.
			statistics := (*types.ServiceStatistics)(nil)
			if edge := bucket.EdgeSummaryStatistics; edge != nil {
				statistics = (*types.ServiceStatistics)(edge)
			} else {
				statistics = bucket.ServiceSummaryStatistics
			}
			throttles += *statistics.ErrorStatistics.ThrottleCount
			errors += *statistics.ErrorStatistics.TotalCount
			faults += *statistics.FaultStatistics.TotalCount
			ok += *statistics.OkCount
			total += *statistics.TotalCount
			_ = *statistics.TotalResponseTime
		}
	}
	return row{
		"throttles": throttles, "errors": errors, "faults": faults, "ok": ok, "total": total,
		"hasBuckets": buckets > 0,
	}
}

// getServiceMap.go.
func serviceMap(group string) []types.Service {
	var services []types.Service
	pages := xray.NewGetServiceGraphPaginator(client, &xray.GetServiceGraphInput{
		StartTime: &from, EndTime: &to, GroupName: &group,
	})
	for pages.HasMorePages() {
		services = append(services, api.Must(pages.NextPage(ctx)).Services...)
	}
	return services
}

// getAccounts.go.
func accounts(group string) []string {
	ids := []string{}
	for _, service := range serviceMap(group) {
		if service.AccountId != nil && *service.AccountId != "all" {
			ids = append(ids, *service.AccountId)
		}
	}
	return ids
}

// getInsights.go: of each group, where all are asked for.
func insights() []row {
	rows := []row{}
	for _, group := range groups() {
		output := api.Must(client.GetInsightSummaries(ctx, &xray.GetInsightSummariesInput{
			StartTime: &from, EndTime: &to, States: []types.InsightState{}, GroupName: group.GroupName,
		}))
		for _, insight := range output.InsightSummaries {
			description := aws.ToString(insight.Summary)
			if insight.EndTime != nil {
				description = strings.Split(description, ".")[1]
			}
			rows = append(rows, row{
				"id":          insight.InsightId,
				"description": description,
				"rootCause":   aws.ToString(insight.RootCauseServiceId.Name),
				"anomalous":   aws.ToString(insight.TopAnomalousServices[0].ServiceId.Name),
			})
		}
	}
	return rows
}
