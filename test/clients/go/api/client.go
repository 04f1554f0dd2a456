// Package api makes the client that Terraform's provider and Grafana's data source use.
package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
)

// New is aws-sdk-go-v2 with nothing changed but the endpoint.
func New(endpoint string) *xray.Client {
	return xray.NewFromConfig(aws.Config{
		Region:       "eu-central-1",
		BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "111122223333", SecretAccessKey: "secret"}, nil
		}),
	})
}

// Check ends the program on an error.
func Check(err error) {
	if err != nil {
		panic(err)
	}
}

// Must is the value, or the end of the program.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}
