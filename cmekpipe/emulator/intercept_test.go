package emulator_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/googleapis/gax-go/v2/callctx"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/pubsubclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
)

const testHeader = "x-test-program"

// calls makes a call over HTTP and one over gRPC, each with its retries for as long as timeout.
func calls(ctx context.Context, t *testing.T, timeout time.Duration) (overHTTP, overRPC error) {
	t.Helper()
	storage, err := storageclient.New(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer storage.Close()
	topics, err := pubsubclient.Topics(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer topics.Close()
	ctx = callctx.SetHeaders(ctx, testHeader, "one")
	first, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	overHTTP = storage.Bucket("made").Create(first, project, nil)
	second, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	_, overRPC = topics.CreateTopic(second, &pubsubpb.Topic{Name: "projects/" + project + "/topics/made"})
	return overHTTP, overRPC
}

func TestInterceptSeesCallsAndBreaksThemOff(t *testing.T) {
	cloud := start(t)
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	var seen []string
	refusal := errors.New("cut off")
	remove := cloud.Intercept(func(_ context.Context, m emulator.Method, resource string, header func(string) string) error {
		if header(testHeader) == "one" {
			seen = append(seen, string(m)+" "+resource)
		}
		return refusal
	})
	overHTTP, overRPC := calls(t.Context(), t, 100*time.Millisecond)
	if overHTTP == nil || overRPC == nil {
		t.Errorf("got errors %v and %v, want both calls broken off", overHTTP, overRPC)
	}
	if made := cloud.Ledger(); len(made) > 0 {
		t.Errorf("got %v, want nothing created", made)
	}
	seen = slices.Compact(seen)
	if want := []string{"storage.buckets.insert gs://", "pubsub.topics.create projects/" + project + "/topics/made"}; !slices.Equal(seen, want) {
		t.Errorf("got calls %q, want %q", seen, want)
	}
	remove()
	if overHTTP, overRPC := calls(t.Context(), t, time.Minute); overHTTP != nil || overRPC != nil {
		t.Errorf("got errors %v and %v after the removal, want none", overHTTP, overRPC)
	}
	if len(seen) > 2 {
		t.Errorf("got calls %q after the removal, want none", seen[2:])
	}
}

func TestOpenCountsCallsAndConnections(t *testing.T) {
	cloud := start(t)
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	_, host, _ := strings.Cut(cloud.Environ()[0], "=")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	requireConnections(t, cloud, 1)
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	requireConnections(t, cloud, 0)
	most := 0
	defer cloud.Intercept(func(context.Context, emulator.Method, string, func(string) string) error {
		calls, _ := cloud.Open()
		most = max(most, calls)
		return nil
	})()
	if overHTTP, overRPC := calls(t.Context(), t, time.Minute); overHTTP != nil || overRPC != nil {
		t.Fatal(overHTTP, overRPC)
	}
	if calls, _ := cloud.Open(); most != 1 || calls != 0 {
		t.Errorf("got %d open calls during the calls and %d after them, want 1 and 0", most, calls)
	}
}

// requireConnections waits until servers noticed that connections were opened or closed.
func requireConnections(t *testing.T, cloud *emulator.Cloud, want int) {
	t.Helper()
	got := -1
	for range 1000 {
		if _, got = cloud.Open(); got == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("got %d connections, want %d", got, want)
}
