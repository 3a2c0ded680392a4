// Package pubsubsink has the harness of the conformance suite for package pubsubio.
package pubsubsink

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

func init() {
	dofn.Register1x2[conformance.Row, *pubsubpb.PubsubMessage, error](&messageFn{})
}

// Write is pubsubio.Write to a topic that exists. A row is a message: its data is JSON, and an attribute has the id.
func Write() conformance.Harness {
	return conformance.Harness{
		Name: "pubsubio.Write", KeyLocation: "global", Second: conformance.Adds,
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &sink{cloud: cloud, read: map[string][]conformance.Row{}}
		},
		Writes:     []emulator.Method{"pubsub.topics.get", "pubsub.topics.publish"},
		Names:      []string{"a-b_c.d~e+f%25g", "Zz9", strings.Repeat("n", 255)},
		MaxPayload: 8 << 20,
		Partial:    "a topic delivers each message at once",
		Fleeting:   "the loopback Pub/Sub keeps a message that nobody pulled for ten minutes",
	}
}

// sink stores the messages that it read of each topic, because reading removes messages from the subscription.
type sink struct {
	cloud  *cmektest.Cloud
	prefix string                       // prefix of its topics' ids
	read   map[string][]conformance.Row // by id
}

// Isolate returns a sink with topics of its own.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{cloud: s.cloud, prefix: s.prefix + tag + "-", read: map[string][]conformance.Row{}}
}

// id returns the id of a topic and its subscription.
func (s *sink) id(name string) string { return s.prefix + name }

// Prepare creates the topic, and a subscription that receives its messages.
func (s *sink) Prepare(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	s.cloud.CreateTopic(s.Destination(name), key)
}

// Occupy creates a new topic and subscription.
func (s *sink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	topics, err := pubsub.NewTopicAdminClient(t.Context(), s.cloud.ClientOptions(emulator.PubSub)...)
	if err != nil {
		t.Fatal(err)
	}
	defer topics.Close()
	subscriptions, err := pubsub.NewSubscriptionAdminClient(t.Context(), s.cloud.ClientOptions(emulator.PubSub)...)
	if err != nil {
		t.Fatal(err)
	}
	defer subscriptions.Close()
	subscription := &pubsubpb.DeleteSubscriptionRequest{Subscription: "projects/" + cmektest.Project + "/subscriptions/" + s.id(name)}
	if err := subscriptions.DeleteSubscription(t.Context(), subscription); err != nil {
		t.Fatal(err)
	}
	if err := topics.DeleteTopic(t.Context(), &pubsubpb.DeleteTopicRequest{Topic: s.Destination(name)}); err != nil {
		t.Fatal(err)
	}
	s.cloud.CreateTopic(s.Destination(name), key)
}

// Write adds the connector.
func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	topic, err := key.PubSubTopic(s.Destination(name))
	if err != nil {
		panic(err)
	}
	pubsubio.Write(scope, topic, beam.ParDo(scope, &messageFn{}, rows))
}

// Destination returns the topic's full name.
func (s *sink) Destination(name string) string {
	return "projects/" + cmektest.Project + "/topics/" + s.id(name)
}

// Rows reads the new messages, and returns all that were read so far.
func (s *sink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	for _, m := range s.cloud.PullMessages(s.Destination(name)) {
		var row conformance.Row
		if err := json.Unmarshal(m.GetData(), &row); err != nil {
			t.Fatal(err)
		}
		if id := m.GetAttributes()["id"]; id != strconv.FormatInt(row.ID, 10) {
			t.Fatalf("got attribute %q with row %d, want its id", id, row.ID)
		}
		s.read[name] = append(s.read[name], row)
	}
	return s.read[name]
}

// messageFn converts a row to a message.
type messageFn struct{}

// ProcessElement converts a row.
func (f *messageFn) ProcessElement(r conformance.Row) (*pubsubpb.PubsubMessage, error) {
	data, err := json.Marshal(r)
	return &pubsubpb.PubsubMessage{Data: data, Attributes: map[string]string{"id": strconv.FormatInt(r.ID, 10)}}, err
}

// CMEKHelper tells guard that nothing is stored.
func (f *messageFn) CMEKHelper() destination.None { return destination.None{} }
