// Package endpoint makes the clients of Google's services, for real ones and for the loopback cloud alike.
//
// Google's clients of Cloud Storage, Pub/Sub, Spanner, Bigtable and Datastore honour a variable by themselves. The others
// honour none; this package gives them one of the same form, so that workers reach the loopback cloud too.
package endpoint

import (
	"context"
	"os"
	"slices"
	"strings"

	kms "cloud.google.com/go/kms/apiv1"
	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/storage"
	dataflow "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/healthcare/v1"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// The variables that send a client elsewhere. Each holds HOST:PORT.
const (
	StorageVariable         = "STORAGE_EMULATOR_HOST"
	DataflowVariable        = "DATAFLOW_EMULATOR_HOST"
	KMSVariable             = "CLOUD_KMS_EMULATOR_HOST"
	BigQueryVariable        = "BIGQUERY_EMULATOR_HOST"
	BigQueryStorageVariable = "BIGQUERY_STORAGE_EMULATOR_HOST"
	PubSubVariable          = "PUBSUB_EMULATOR_HOST"
	SpannerVariable         = "SPANNER_EMULATOR_HOST"
	BigtableVariable        = "BIGTABLE_EMULATOR_HOST"
	DatastoreVariable       = "DATASTORE_EMULATOR_HOST"
	FirestoreAdminVariable  = "FIRESTORE_ADMIN_EMULATOR_HOST"
	HealthcareVariable      = "HEALTHCARE_EMULATOR_HOST"
)

// Storage returns a client of Cloud Storage.
func Storage(ctx context.Context) (*storage.Client, error) { return storage.NewClient(ctx) }

// Dataflow returns a client of the Dataflow API.
func Dataflow(ctx context.Context) (*dataflow.Service, error) {
	return dataflow.NewService(ctx, HTTPOptions(os.Getenv(DataflowVariable))...)
}

// KMS returns a client of Cloud KMS.
func KMS(ctx context.Context) (*kms.KeyManagementClient, error) {
	return kms.NewKeyManagementClient(ctx, GRPCOptions(os.Getenv(KMSVariable))...)
}

// PubSub returns a client that manages topics and publishes.
func PubSub(ctx context.Context) (*pubsub.TopicAdminClient, error) {
	client, err := pubsub.NewTopicAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	calls := client.CallOptions
	calls.GetTopic, calls.CreateTopic = append(calls.GetTopic, again()), append(calls.CreateTopic, again())
	return client, nil
}

// PubSubSubscriptions returns a client that pulls from subscriptions.
func PubSubSubscriptions(ctx context.Context) (*pubsub.SubscriptionAdminClient, error) {
	client, err := pubsub.NewSubscriptionAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	calls := client.CallOptions
	calls.Pull, calls.Acknowledge = append(calls.Pull, again()), append(calls.Acknowledge, again())
	calls.ModifyAckDeadline = append(calls.ModifyAckDeadline, again())
	return client, nil
}

// Healthcare returns a client of the Cloud Healthcare API.
func Healthcare(ctx context.Context) (*healthcare.Service, error) {
	return healthcare.NewService(ctx, HTTPOptions(os.Getenv(HealthcareVariable))...)
}

// HTTPOptions points a client over HTTP at HOST:PORT without credentials; "" leaves it at Google.
func HTTPOptions(host string) []option.ClientOption {
	if host == "" {
		return nil
	}
	if !strings.Contains(host, "://") {
		host = "http://" + host
	}
	return []option.ClientOption{option.WithEndpoint(strings.TrimSuffix(host, "/") + "/"), option.WithoutAuthentication()}
}

// GRPCOptions points a client over gRPC at HOST:PORT without credentials or TLS; "" leaves it at Google.
func GRPCOptions(host string) []option.ClientOption {
	if host == "" {
		return nil
	}
	return []option.ClientOption{
		option.WithEndpoint(host),
		option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}
}

// EmulatorVariables returns the names of all variables in the environment that send a Google client elsewhere, known
// to this package or not, in order.
func EmulatorVariables() []string {
	var names []string
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if value != "" && (strings.HasSuffix(name, "_EMULATOR_HOST") || strings.HasSuffix(name, "_EMULATOR_HOST_GRPC")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
