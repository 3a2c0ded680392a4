package pubsubio_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
)

func init() {
	beam.RegisterDoFn(&collectFn{})
	beam.RegisterDoFn(&failFn{})
}

// collected holds what pipelines read, by the name of the test.
var collected sync.Map

// collectFn records elements.
type collectFn struct{ Test string }

func (f *collectFn) ProcessElement(data []byte) {
	list, _ := collected.LoadOrStore(f.Test, &readings{})
	list.(*readings).add(string(data))
}

type readings struct {
	mu    sync.Mutex
	texts []string
}

func (r *readings) add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, text)
}

// failFn fails its bundle.
type failFn struct{}

func (*failFn) ProcessElement(context.Context, []byte) error { return errors.New("the bundle fails") }

func readingsOf(t *testing.T) []string {
	list, ok := collected.Load(t.Name())
	if !ok {
		return nil
	}
	slices.Sort(list.(*readings).texts)
	return list.(*readings).texts
}

func topics(t *testing.T, cloud *cmektest.Cloud) *pubsub.TopicAdminClient {
	t.Helper()
	client, err := pubsub.NewTopicAdminClient(t.Context(), cloud.ClientOptions(emulator.PubSub)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// publishNumbers makes a topic with n messages and returns the name of its subscription and what the messages hold.
func publishNumbers(t *testing.T, cloud *cmektest.Cloud, n int) (subscription string, want []string) {
	t.Helper()
	topic := entriesTopic
	cloud.CreateTopic(topic, cloud.CreateKey("global", "entries"))
	messages := make([]*pubsubpb.PubsubMessage, n)
	for i := range messages {
		text := fmt.Sprintf("message %05d", i)
		messages[i] = &pubsubpb.PubsubMessage{Data: []byte(text)}
		want = append(want, text)
	}
	client := topics(t, cloud)
	for part := range slices.Chunk(messages, 1000) {
		if _, err := client.Publish(t.Context(), &pubsubpb.PublishRequest{Topic: topic, Messages: part}); err != nil {
			t.Fatal(err)
		}
	}
	return "projects/" + cmektest.Project + "/subscriptions/entries", want
}

func TestPullReadsEachMessageAndAcknowledgesIt(t *testing.T) {
	for _, n := range []int{1, 2500} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			cloud := cmektest.NewCloud(t)
			subscription, want := publishNumbers(t, cloud, n)
			err := run(t, func(s beam.Scope) {
				beam.ParDo0(s, &collectFn{t.Name()}, pubsubio.Pull(s, subscription, pubsubio.WithLimit(int64(n))))
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := readingsOf(t); !slices.Equal(got, want) {
				t.Errorf("got %d messages, want %d", len(got), len(want))
			}
			cloud.Advance(6 * time.Minute) // past the deadline for acknowledging
			if left := cloud.PullMessages(entriesTopic); len(left) != 0 {
				t.Errorf("got %d messages again, want all acknowledged", len(left))
			}
		})
	}
}

func TestPullOfABundleThatFailsAcknowledgesNothing(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	subscription, _ := publishNumbers(t, cloud, 3)
	err := run(t, func(s beam.Scope) {
		beam.ParDo0(s, &failFn{}, pubsubio.Pull(s, subscription, pubsubio.WithLimit(3)))
	})
	if err == nil {
		t.Fatal("got no error, want the bundle's")
	}
	cloud.Advance(6 * time.Minute) // past the deadline for acknowledging
	if left := cloud.PullMessages(entriesTopic); len(left) != 3 {
		t.Errorf("got %d of 3 messages again: one whose bundle failed is lost", len(left))
	}
}

func TestPullFailsWithTheSubscription(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("global", "entries")
	cloud.CreateTopic(entriesTopic, key)
	for _, tt := range []struct {
		name, subscription string
		spoil              func()
		want               cmekpipe.Code
	}{
		{"missing", "projects/" + cmektest.Project + "/subscriptions/missing", func() {}, cmekpipe.NotFound},
		{"forbidden", "projects/" + cmektest.Project + "/subscriptions/entries", func() {
			cloud.Inject(emulator.Fault{Method: "pubsub.subscriptions.pull", Code: codes.PermissionDenied})
		}, cmekpipe.PermissionDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.spoil()
			err := run(t, func(s beam.Scope) {
				beam.ParDo0(s, &collectFn{t.Name()}, pubsubio.Pull(s, tt.subscription, pubsubio.WithLimit(1)))
			})
			e := requireCode(t, err, tt.want)
			if e.Resource != tt.subscription || e.Hint == "" || e.Op != "pubsubio.Pull" {
				t.Errorf("got %+v, want it about %s", e, tt.subscription)
			}
		})
	}
}

func TestPullRefusesWhenThePipelineIsBuilt(t *testing.T) {
	const good = "projects/bank-prod/subscriptions/entries"
	for _, tt := range []struct {
		name, subscription string
		limit              int64
		want               cmekpipe.Code
	}{
		{"good", good, 1, ""},
		{"no limit left", good, 0, cmekpipe.InvalidOptions},
		{"negative limit", good, -1, cmekpipe.InvalidOptions},
		{"short name", "entries", 1, cmekpipe.InvalidName},
		{"topic", "projects/bank-prod/topics/entries", 1, cmekpipe.InvalidName},
		{"empty", "", 1, cmekpipe.InvalidName},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				err, _ := recover().(error)
				if got := cmekpipe.CodeOf(err); got != tt.want {
					t.Errorf("got %v, want code %q", err, tt.want)
				}
			}()
			_, s := beam.NewPipelineWithRoot()
			pubsubio.Pull(s, tt.subscription, pubsubio.WithLimit(tt.limit))
		})
	}
}
