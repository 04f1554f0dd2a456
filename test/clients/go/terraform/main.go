// The calls that Terraform's AWS provider makes for the resources of X-Ray, in its order and with its
// client, from hashicorp/terraform-provider-aws v6, internal/service/xray. Each resource prints what
// the provider would keep as its state after it was made, changed and removed.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"fluoroscope.test/clients/api"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

var (
	ctx    = context.Background()
	client *xray.Client
)

type state = map[string]any

func main() {
	client = api.New(os.Args[1])
	api.Check(json.NewEncoder(os.Stdout).Encode(map[string][]any{
		"aws_xray_group":                     group(),
		"aws_xray_sampling_rule":             samplingRule(),
		"aws_xray_encryption_config":         encryptionConfig(),
		"aws_xray_resource_policy":           resourcePolicy(),
		"aws_xray_indexing_rule":             indexingRule(),
		"aws_xray_trace_segment_destination": traceSegmentDestination(),
	}))
}

// refused tells whether err is what the provider's finders take for "not there".
func refused(err error, text string) bool {
	var refusal *types.InvalidRequestException
	return errors.As(err, &refusal) && strings.Contains(refusal.ErrorMessage(), text)
}

// tags_gen.go: listed by ARN after every read.
func tagsOf(arn *string) map[string]string {
	output := api.Must(client.ListTagsForResource(ctx, &xray.ListTagsForResourceInput{ResourceARN: arn}))
	tags := map[string]string{}
	for _, tag := range output.Tags {
		tags[*tag.Key] = *tag.Value
	}
	return tags
}

func tag(key, value string) types.Tag {
	return types.Tag{Key: aws.String(key), Value: aws.String(value)}
}

// group.go: known by its ARN.
func group() []any {
	created := api.Must(client.CreateGroup(ctx, &xray.CreateGroupInput{
		GroupName:        aws.String("terraform"),
		FilterExpression: aws.String("responsetime > 5"),
		Tags:             []types.Tag{tag("team", "shop"), tag("stage", "test")},
	}))
	arn := created.Group.GroupARN
	states := []any{readGroup(arn)}
	// A block that is computed is sent back as it was read.
	read := api.Must(client.GetGroup(ctx, &xray.GetGroupInput{GroupARN: arn}))
	api.Must(client.UpdateGroup(ctx, &xray.UpdateGroupInput{
		GroupARN:              arn,
		FilterExpression:      aws.String("responsetime > 10"),
		InsightsConfiguration: read.Group.InsightsConfiguration,
	}))
	states = append(states, readGroup(arn))
	api.Must(client.UpdateGroup(ctx, &xray.UpdateGroupInput{
		GroupARN:         arn,
		FilterExpression: aws.String("responsetime > 10"),
		InsightsConfiguration: &types.InsightsConfiguration{
			InsightsEnabled: aws.Bool(true), NotificationsEnabled: aws.Bool(true),
		},
	}))
	api.Must(client.UntagResource(ctx, &xray.UntagResourceInput{
		ResourceARN: arn, TagKeys: []string{"stage"},
	}))
	api.Must(client.TagResource(ctx, &xray.TagResourceInput{
		ResourceARN: arn, Tags: []types.Tag{tag("team", "stock")},
	}))
	states = append(states, readGroup(arn))
	api.Must(client.DeleteGroup(ctx, &xray.DeleteGroupInput{GroupARN: arn}))
	states = append(states, readGroup(arn))
	_, err := client.DeleteGroup(ctx, &xray.DeleteGroupInput{GroupARN: arn})
	return append(states, refused(err, "Group not found"))
}

func readGroup(arn *string) any {
	output, err := client.GetGroup(ctx, &xray.GetGroupInput{GroupARN: arn})
	if refused(err, "Group not found") {
		return nil
	}
	api.Check(err)
	insights := output.Group.InsightsConfiguration
	return state{
		"is_same_arn":       *output.Group.GroupARN == *arn,
		"group_name":        output.Group.GroupName,
		"filter_expression": output.Group.FilterExpression,
		"insights_configuration": state{
			"insights_enabled":      insights.InsightsEnabled,
			"notifications_enabled": insights.NotificationsEnabled,
		},
		"tags": tagsOf(output.Group.GroupARN),
	}
}

// sampling_rule.go: known by its name.
func samplingRule() []any {
	const name = "terraform"
	api.Must(client.CreateSamplingRule(ctx, &xray.CreateSamplingRuleInput{
		SamplingRule: &types.SamplingRule{
			RuleName:      aws.String(name),
			FixedRate:     0,
			Host:          aws.String("*"),
			HTTPMethod:    aws.String("GET"),
			Priority:      aws.Int32(5),
			ReservoirSize: 0,
			ResourceARN:   aws.String("*"),
			ServiceName:   aws.String("shop"),
			ServiceType:   aws.String("*"),
			URLPath:       aws.String("/orders/*"),
			Version:       aws.Int32(1),
			Attributes:    map[string]string{"Hello": "World"},
		},
		Tags: []types.Tag{tag("team", "shop")},
	}))
	states := []any{readSamplingRule(name)}
	// What is set is sent whole; attributes that were taken away, as an empty map.
	api.Must(client.UpdateSamplingRule(ctx, &xray.UpdateSamplingRuleInput{
		SamplingRuleUpdate: &types.SamplingRuleUpdate{
			RuleName:      aws.String(name),
			FixedRate:     aws.Float64(0.3),
			Host:          aws.String("*"),
			HTTPMethod:    aws.String("*"),
			Priority:      aws.Int32(9999),
			ReservoirSize: aws.Int32(10),
			ResourceARN:   aws.String("*"),
			ServiceName:   aws.String("*"),
			ServiceType:   aws.String("AWS::ECS::Container"),
			URLPath:       aws.String("*"),
			Attributes:    map[string]string{},
		},
	}))
	states = append(states, readSamplingRule(name))
	remove := xray.DeleteSamplingRuleInput{RuleName: aws.String(name)}
	api.Must(client.DeleteSamplingRule(ctx, &remove))
	states = append(states, readSamplingRule(name))
	_, err := client.DeleteSamplingRule(ctx, &remove)
	return append(states, refused(err, "Sampling rule does not exist"))
}

func readSamplingRule(name string) any {
	pages := xray.NewGetSamplingRulesPaginator(client, &xray.GetSamplingRulesInput{})
	for pages.HasMorePages() {
		page := api.Must(pages.NextPage(ctx))
		for _, record := range page.SamplingRuleRecords {
			if rule := record.SamplingRule; rule != nil && *rule.RuleName == name {
				return state{
					"arn":            rule.RuleARN,
					"attributes":     rule.Attributes,
					"fixed_rate":     rule.FixedRate,
					"host":           rule.Host,
					"http_method":    rule.HTTPMethod,
					"priority":       rule.Priority,
					"reservoir_size": rule.ReservoirSize,
					"resource_arn":   rule.ResourceARN,
					"rule_name":      rule.RuleName,
					"service_name":   rule.ServiceName,
					"service_type":   rule.ServiceType,
					"url_path":       rule.URLPath,
					"version":        rule.Version,
					"tags":           tagsOf(rule.RuleARN),
				}
			}
		}
	}
	return nil
}

// encryption_config.go: put, then read until it is ACTIVE; removing it does nothing.
func encryptionConfig() []any {
	key := "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	return []any{
		putEncryption(&xray.PutEncryptionConfigInput{Type: types.EncryptionTypeKms, KeyId: &key}),
		putEncryption(&xray.PutEncryptionConfigInput{Type: types.EncryptionTypeNone}),
	}
}

func putEncryption(input *xray.PutEncryptionConfigInput) any {
	api.Must(client.PutEncryptionConfig(ctx, input))
	seen := await(func() string {
		output := api.Must(client.GetEncryptionConfig(ctx, &xray.GetEncryptionConfigInput{}))
		return string(output.EncryptionConfig.Status)
	})
	output := api.Must(client.GetEncryptionConfig(ctx, &xray.GetEncryptionConfigInput{}))
	return state{
		"key_id": output.EncryptionConfig.KeyId,
		"type":   output.EncryptionConfig.Type,
		"seen":   seen,
	}
}

// await reads a status until it is ACTIVE and returns what it was, each once.
func await(read func() string) []string {
	seen := []string{}
	for range 100 {
		status := read()
		if len(seen) == 0 || seen[len(seen)-1] != status {
			seen = append(seen, status)
		}
		if status == "ACTIVE" {
			return seen
		}
		time.Sleep(100 * time.Millisecond)
	}
	return seen
}

// resource_policy.go: known by its name; removed with the revision that was read last.
func resourcePolicy() []any {
	const name = "terraform"
	put := func(actions string) any {
		document := `{"Version":"2012-10-17","Statement":[{"Sid":"Sns","Effect":"Allow",` +
			`"Principal":{"Service":"sns.amazonaws.com"},"Action":[` + actions + `],"Resource":"*"}]}`
		api.Must(client.PutResourcePolicy(ctx, &xray.PutResourcePolicyInput{
			PolicyName: aws.String(name), PolicyDocument: aws.String(document),
		}))
		policy := findPolicy(name)
		return state{
			"is_same_document":   *policy.PolicyDocument == document,
			"policy_name":        policy.PolicyName,
			"policy_revision_id": policy.PolicyRevisionId,
			"is_updated_now":     time.Since(*policy.LastUpdatedTime).Abs() < time.Minute,
		}
	}
	states := []any{put(`"xray:PutTraceSegments"`), put(`"xray:PutTraceSegments","xray:GetSamplingRules"`)}
	policy := findPolicy(name)
	api.Must(client.DeleteResourcePolicy(ctx, &xray.DeleteResourcePolicyInput{
		PolicyName: aws.String(name), PolicyRevisionId: policy.PolicyRevisionId,
	}))
	return append(states, findPolicy(name))
}

func findPolicy(name string) *types.ResourcePolicy {
	pages := xray.NewListResourcePoliciesPaginator(client, &xray.ListResourcePoliciesInput{})
	for pages.HasMorePages() {
		page := api.Must(pages.NextPage(ctx))
		for _, policy := range page.ResourcePolicies {
			if *policy.PolicyName == name {
				return &policy
			}
		}
	}
	return nil
}

// indexing_rule.go: making one changes Default; what is answered must be what is read later.
func indexingRule() []any {
	states := []any{}
	for _, percentage := range []float64{5, 0.5} {
		updated := api.Must(client.UpdateIndexingRule(ctx, &xray.UpdateIndexingRuleInput{
			Name: aws.String("Default"),
			Rule: &types.IndexingRuleValueUpdateMemberProbabilistic{
				Value: types.ProbabilisticRuleValueUpdate{DesiredSamplingPercentage: &percentage},
			},
		}))
		read := api.Must(client.GetIndexingRules(ctx, &xray.GetIndexingRulesInput{}))
		states = append(states, indexingState(*updated.IndexingRule), indexingState(read.IndexingRules[0]))
	}
	return states
}

func indexingState(rule types.IndexingRule) any {
	value := rule.Rule.(*types.IndexingRuleValueMemberProbabilistic).Value
	return state{
		"name":                        rule.Name,
		"actual_sampling_percentage":  value.ActualSamplingPercentage,
		"desired_sampling_percentage": value.DesiredSamplingPercentage,
	}
}

// trace_segment_destination.go: one that is set already is refused with a text that is good enough.
func traceSegmentDestination() []any {
	states := []any{}
	for _, destination := range []types.TraceSegmentDestination{"XRay", "CloudWatchLogs"} {
		_, err := client.UpdateTraceSegmentDestination(ctx, &xray.UpdateTraceSegmentDestinationInput{
			Destination: destination,
		})
		isSet := refused(err, "The destination is already set to ")
		if !isSet {
			api.Check(err)
		}
		var output *xray.GetTraceSegmentDestinationOutput
		seen := await(func() string {
			output = api.Must(client.GetTraceSegmentDestination(ctx, &xray.GetTraceSegmentDestinationInput{}))
			return string(output.Status)
		})
		states = append(states, state{"destination": output.Destination, "is_set": isSet, "seen": seen})
	}
	return states
}
