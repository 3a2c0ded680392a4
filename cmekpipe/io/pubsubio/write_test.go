package pubsubio_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
)

func TestWritePublishesEveryElementUnderTheKey(t *testing.T) {
	for _, n := range []int{0, 1, 999, 1000, 1001, 9000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			w := newWorld(t)
			w.CreateTopic(entriesTopic, w.key)
			want := numbers(n)
			if err := run(t, func(s beam.Scope) {
				pubsubio.Write(s, w.topic(t, "entries"), payloads(s, append(want, "last")))
			}); err != nil {
				t.Fatal(err)
			}
			if got := w.data("entries"); !slices.Equal(got, append(want, "last")) {
				t.Errorf("got %d messages, want %d", len(got), n+1)
			}
			w.RequireEncrypted(t, w.key)
		})
	}
}

func TestWriteKeepsAttributesAndOrder(t *testing.T) {
	w := newWorld(t)
	w.CreateTopic(entriesTopic, w.key)
	const orders, each = 3, 1100 // more than a request holds
	var all []*pubsubpb.PubsubMessage
	for i := range each {
		for o := range orders {
			all = append(all, &pubsubpb.PubsubMessage{
				Data: fmt.Appendf(nil, "%06d", i), OrderingKey: fmt.Sprint("o", o), Attributes: map[string]string{"n": fmt.Sprint(i)},
				MessageId: "another topic's",
			})
		}
	}
	if err := run(t, func(s beam.Scope) {
		pubsubio.Write(s, w.topic(t, "entries"), beam.ParDo(s, &unpackFn{}, beam.Create(s, pack(t, all))))
	}); err != nil {
		t.Fatal(err)
	}
	byOrder := map[string][]string{}
	for _, m := range w.PullMessages(entriesTopic) {
		byOrder[m.GetOrderingKey()] = append(byOrder[m.GetOrderingKey()], string(m.GetData()))
		if want := strings.TrimLeft(string(m.GetData()), "0"); m.GetAttributes()["n"] != want && want != "" {
			t.Fatalf("got attributes %v, want n=%s", m.GetAttributes(), want)
		}
	}
	if len(byOrder) != orders {
		t.Errorf("got ordering keys %v, want %d", slices.Collect(maps.Keys(byOrder)), orders)
	}
	for key, got := range byOrder {
		if !slices.Equal(got, numbers(each)) {
			t.Errorf("%s: got %d messages, want %d in order", key, len(got), each)
		}
	}
}

func TestWriteSendsLargeMessages(t *testing.T) {
	w := newWorld(t)
	w.CreateTopic(entriesTopic, w.key)
	sizes := []int{9_990_000, 1, 5_000_000, 5_000_000, 5_000_000}
	if err := run(t, func(s beam.Scope) {
		pubsubio.Write(s, w.topic(t, "entries"), beam.ParDo(s, &blobFn{}, beam.CreateList(s, sizes)))
	}); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, text := range w.data("entries") {
		got = append(got, len(text))
	}
	slices.Sort(got)
	slices.Sort(sizes)
	if !slices.Equal(got, sizes) {
		t.Errorf("got sizes %v, want %v", got, sizes)
	}
}

func TestTopicUnderAnotherKeyIsRefused(t *testing.T) {
	tests := []struct {
		name string
		make func(*world) (key cmekpipe.KeyName, exists bool)
		opts []pubsubio.WriteOption
		want cmekpipe.Code
		says string
	}{
		{"other key", func(w *world) (cmekpipe.KeyName, bool) { return w.CreateKey("global", "messages2"), true }, nil, cmekpipe.KeyMismatch, "messages2"},
		{"other key, may create", func(w *world) (cmekpipe.KeyName, bool) { return w.CreateKey("global", "messages2"), true },
			[]pubsubio.WriteOption{pubsubio.WithCreateIfMissing()}, cmekpipe.KeyMismatch, "messages2"},
		{"same name elsewhere", func(w *world) (cmekpipe.KeyName, bool) { return w.CreateKey("us-central1", "messages"), true }, nil, cmekpipe.KeyMismatch, "us-central1"},
		{"no key", func(w *world) (cmekpipe.KeyName, bool) { return cmekpipe.KeyName{}, true }, nil, cmekpipe.KeyMissing, "got no Cloud KMS key"},
		{"missing", func(w *world) (cmekpipe.KeyName, bool) { return cmekpipe.KeyName{}, false }, nil, cmekpipe.NotFound, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			key, exists := tt.make(w)
			if exists {
				w.CreateTopic(entriesTopic, key)
			}
			topic := w.topic(t, "entries")
			err := run(t, func(s beam.Scope) { pubsubio.Write(s, topic, payloads(s, []string{"secret"}), tt.opts...) })
			e := requireCode(t, err, tt.want)
			if e.Op != "pubsubio.Write" || e.Resource != topic.String() || e.Hint == "" || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("got %v, want it about %v, with a hint and %q", e, topic, tt.says)
			}
			if exists && !strings.Contains(e.Err.Error(), w.key.String()) {
				t.Errorf("got %v, want it to name %v", e, w.key)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want no data in it", err)
			}
			if exists {
				if got := w.data("entries"); len(got) != 0 {
					t.Errorf("got messages %q, want none", got)
				}
			}
		})
	}
}

func TestCreateIfMissingCreatesUnderTheKeyOnly(t *testing.T) {
	w := newWorld(t)
	topic := w.topic(t, "entries")
	write := func(opts ...pubsubio.WriteOption) error {
		return run(t, func(s beam.Scope) { pubsubio.Write(s, topic, payloads(s, numbers(3)), opts...) })
	}
	// A topic that is not there when it is asked for, and there when it is created: another worker was first.
	remove := w.Inject(emulator.Fault{Method: "pubsub.topics.create", Call: 1, Reset: true})
	if err := write(pubsubio.WithCreateIfMissing()); err != nil {
		t.Fatal(err)
	}
	remove()
	if err := write(); err != nil {
		t.Fatal(err)
	}
	topics := 0
	for _, e := range w.Ledger() {
		if e.Kind == "topic" {
			topics++
			if e.ProtectedBy() != w.key || !e.KeyAsked || e.Name != topic.String() {
				t.Errorf("got %+v, want %v under %v", e, topic, w.key)
			}
		}
	}
	if topics != 1 {
		t.Errorf("got %d topics, want 1", topics)
	}
}

func TestCreateIfMissingWithAKeyThatCanNotBeUsed(t *testing.T) {
	for want, spoil := range map[cmekpipe.Code]func(*world){
		cmekpipe.KeyDisabled: func(w *world) { w.DisableKey(w.key) },
		cmekpipe.KeyDenied:   func(w *world) { w.DenyKey(w.key) },
	} {
		w := newWorld(t)
		spoil(w)
		topic := w.topic(t, "entries")
		err := run(t, func(s beam.Scope) { pubsubio.Write(s, topic, payloads(s, numbers(3)), pubsubio.WithCreateIfMissing()) })
		requireCode(t, err, want)
		for _, e := range w.Ledger() {
			if e.Kind == "topic" {
				t.Errorf("%v: got topic %s, want none", want, e.Name)
			}
		}
	}
}

func TestRefusedMessagesFailTheRun(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*world)
		want  cmekpipe.Code
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled},
		{"scheduled for destruction", func(w *world) { w.DestroyKey(w.key) }, cmekpipe.KeyDisabled},
		{"denied", func(w *world) { w.DenyKey(w.key, emulator.PubSub) }, cmekpipe.KeyDenied},
		{"refused without a reason", func(w *world) {
			w.Inject(emulator.Fault{Method: "pubsub.topics.publish", Code: codes.FailedPrecondition})
		}, cmekpipe.PreconditionFailed},
		{"may not publish", func(w *world) {
			w.Inject(emulator.Fault{Method: "pubsub.topics.publish", Code: codes.PermissionDenied})
		}, cmekpipe.PermissionDenied},
		{"one request of many", func(w *world) {
			w.Inject(emulator.Fault{Method: "pubsub.topics.publish", Call: 4, Code: codes.PermissionDenied})
		}, cmekpipe.PermissionDenied},
		{"may not look", func(w *world) {
			w.Inject(emulator.Fault{Method: "pubsub.topics.get", Code: codes.PermissionDenied})
		}, cmekpipe.PermissionDenied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.CreateTopic(entriesTopic, w.key)
			tt.spoil(w)
			topic := w.topic(t, "entries")
			e := requireCode(t, run(t, func(s beam.Scope) { pubsubio.Write(s, topic, payloads(s, numbers(5000))) }), tt.want)
			if e.Resource != topic.String() || e.Op != "pubsubio.Write" || e.Hint == "" {
				t.Errorf("got %v, want it about %v with a hint", e, topic)
			}
			if tt.want == cmekpipe.PreconditionFailed && !strings.Contains(e.Hint, w.key.String()) {
				t.Errorf("got hint %q, want it to name the key", e.Hint)
			}
		})
	}
}

func TestTransientFailuresLoseNothing(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"unavailable": {Code: codes.Unavailable}, "internal": {Code: codes.Internal}, "aborted": {Code: codes.Aborted},
		"too many": {Code: codes.ResourceExhausted}, "answer lost": {Reset: true}, "answer cut": {Truncate: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.CreateTopic(entriesTopic, w.key)
			fault.Method, fault.Call = "pubsub.topics.publish", 2
			w.Inject(fault)
			if err := run(t, func(s beam.Scope) { pubsubio.Write(s, w.topic(t, "entries"), payloads(s, numbers(3000))) }); err != nil {
				t.Fatal(err)
			}
			if got := slices.Compact(w.data("entries")); !slices.Equal(got, numbers(3000)) {
				t.Errorf("got %d messages, want 3000", len(got))
			}
		})
	}
}

func TestUnpublishableMessagesAreRefusedWithoutTheirData(t *testing.T) {
	for name, size := range map[string]int{"empty": 0, "too large": 10_000_000} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.CreateTopic(entriesTopic, w.key)
			err := run(t, func(s beam.Scope) {
				pubsubio.Write(s, w.topic(t, "entries"), beam.ParDo(s, &blobFn{}, beam.Create(s, 3, size)))
			})
			e := requireCode(t, err, cmekpipe.InvalidOptions)
			if !strings.Contains(e.Error(), "got a message") || strings.Contains(err.Error(), "xxx") {
				t.Errorf("got %v, want it to tell what is wrong and no data", e)
			}
		})
	}
}

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/global/keyRings/prod/cryptoKeys/messages")
	if err != nil {
		t.Fatal(err)
	}
	topic := key.MustPubSubTopic("projects/bank-prod/topics/entries")
	tests := []struct {
		name        string
		build       func(beam.Scope)
		code        cmekpipe.Code
		about, hint string
	}{
		{"zero topic", func(s beam.Scope) { pubsubio.Write(s, cmekpipe.PubSubTopic{}, payloads(s, numbers(1))) }, cmekpipe.KeyMissing, "destination", "key.PubSubTopic"},
		{"zero collection", func(s beam.Scope) { pubsubio.Write(s, topic, beam.PCollection{}) }, cmekpipe.InvalidOptions, topic.String(), "transform"},
		{"strings", func(s beam.Scope) { pubsubio.Write(s, topic, beam.Create(s, "a")) }, cmekpipe.InvalidOptions, topic.String(), "encode"},
		{"pairs", func(s beam.Scope) { pubsubio.Write(s, topic, beam.AddFixedKey(s, payloads(s, numbers(1)))) }, cmekpipe.InvalidOptions, topic.String(), "encode"},
		{"read from a topic", func(s beam.Scope) { pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Topic: "entries"}) }, cmekpipe.Unsupported, topic.String(), "subscriptions create"},
		{"read from both", func(s beam.Scope) {
			pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Topic: "entries", Subscription: "tail"})
		}, cmekpipe.Unsupported, topic.String(), "subscriptions create"},
		{"read from nothing", func(s beam.Scope) { pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{}) }, cmekpipe.InvalidOptions, "source", "Subscription"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				e, ok := recover().(*cmekpipe.Error)
				if !ok || e.Code != tt.code || e.Resource != tt.about || !strings.Contains(e.Hint, tt.hint) || e.Err == nil {
					t.Errorf("got %v, want code %v about %q with hint %q", e, tt.code, tt.about, tt.hint)
				}
			}()
			_, s := beam.NewPipelineWithRoot()
			tt.build(s)
		})
	}
}
