package pubsubio

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/pubsubclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

const opPull = "pubsubio.Pull"

// PullOption changes how [Pull] reads.
type PullOption func(*pullFn) error

// WithLimit ends the read after n messages, so that a streaming pipeline ends, as in a test. A message that Pub/Sub delivers
// twice counts twice. Default: the read never ends.
func WithLimit(n int64) PullOption {
	return func(f *pullFn) error {
		if n < 1 {
			return errors.New("got a limit of " + strconv.FormatInt(n, 10) + " messages, want 1 or more")
		}
		f.Limit = n
		return nil
	}
}

// Pull reads the data of messages from an existing subscription, "projects/PROJECT/subscriptions/SUBSCRIPTION", as an
// unbounded PCollection<[]byte>. Unlike [Read] it runs on the workers, on every runner: use it for tests, and Read for jobs
// on Dataflow, which read faster and drop duplicates.
//
// A message is acknowledged only after the runner has stored its results, so none is lost; a message whose bundle is retried
// may appear twice. Its event time is when it was pulled, not when it was published: no message is ever late.
//
// Pull panics with a [*cmekpipe.Error] when the pipeline is built: for a malformed name (InvalidName) and a limit below 1
// (InvalidOptions).
func Pull(s beam.Scope, subscription string, opts ...PullOption) beam.PCollection {
	f := &pullFn{Subscription: subscription, Limit: math.MaxInt64}
	if !regexp.MustCompile(`^projects/[a-z0-9.:-]+/subscriptions/[A-Za-z][A-Za-z0-9._~+%-]{2,254}$`).MatchString(subscription) {
		panic(&cmekpipe.Error{Op: opPull, Code: cmekpipe.InvalidName, Resource: subscription,
			Hint: "use projects/PROJECT/subscriptions/SUBSCRIPTION", Err: errors.New("got a malformed name of a subscription")})
	}
	for _, opt := range opts {
		if err := opt(f); err != nil {
			panic(&cmekpipe.Error{Op: opPull, Code: cmekpipe.InvalidOptions, Resource: subscription,
				Hint: "use pubsubio.WithLimit with 1 or more, or remove it to read without end", Err: err})
		}
	}
	s = s.Scope(opPull)
	return beam.ParDo(s, f, beam.Impulse(s))
}

const (
	pullSize = 1000 // messages in an answer; the service's limit
	// pullTime limits a bundle, because its messages are acknowledged only afterwards.
	pullTime = 5 * time.Second
	// ackDeadline is for how long pulled messages are kept from other readers, in seconds: many times the length of a bundle,
	// and what readers wait for the messages of a worker that died.
	ackDeadline = 300
	// ackRequest is how many messages one request may acknowledge or extend, under the limit of 512 KiB.
	ackRequest = 1000
	idle       = time.Second
)

// pullFn reads messages. Its restriction counts them: each message claims the next number, so that a runner may split
// the read and take a part to another worker.
type pullFn struct {
	Subscription string
	Limit        int64

	client *pubsub.SubscriptionAdminClient
}

// Setup gets the process's client.
func (f *pullFn) Setup(ctx context.Context) (err error) {
	f.client, err = pubsubclient.SharedSubscriptions(ctx)
	return f.wrap(ctx, err)
}

// CreateInitialRestriction numbers the messages to read.
func (f *pullFn) CreateInitialRestriction(_ []byte) offsetrange.Restriction {
	return offsetrange.Restriction{Start: 0, End: f.Limit}
}

// SplitRestriction begins with one reader; the runner splits it further where it has workers to spare.
func (f *pullFn) SplitRestriction(_ []byte, all offsetrange.Restriction) []offsetrange.Restriction {
	return []offsetrange.Restriction{all}
}

// RestrictionSize does not know the backlog.
func (f *pullFn) RestrictionSize(_ []byte, _ offsetrange.Restriction) float64 { return 1 }

// CreateTracker hands the numbers out.
func (f *pullFn) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}

// TruncateRestriction ends the read when the job is drained.
func (f *pullFn) TruncateRestriction(rt *sdf.LockRTracker, _ []byte) offsetrange.Restriction {
	start := rt.GetRestriction().(offsetrange.Restriction).Start
	return offsetrange.Restriction{Start: start, End: start}
}

// InitialWatermarkEstimatorState begins where the input is.
func (f *pullFn) InitialWatermarkEstimatorState(at beam.EventTime, _ offsetrange.Restriction, _ []byte) int64 {
	return at.Milliseconds()
}

// CreateWatermarkEstimator continues at the watermark of the previous bundle.
func (f *pullFn) CreateWatermarkEstimator(ms int64) *sdf.ManualWatermarkEstimator {
	return &sdf.ManualWatermarkEstimator{State: time.UnixMilli(ms)}
}

// WatermarkEstimatorState returns the watermark at which the next bundle continues.
func (f *pullFn) WatermarkEstimatorState(e *sdf.ManualWatermarkEstimator) int64 {
	return e.State.UnixMilli()
}

// ProcessElement pulls for one bundle.
func (f *pullFn) ProcessElement(ctx context.Context, watermark *sdf.ManualWatermarkEstimator, finalization beam.BundleFinalization,
	rt *sdf.LockRTracker, _ []byte, emit func(beam.EventTime, []byte)) (sdf.ProcessContinuation, error) {
	var pulled []string
	defer func() {
		if len(pulled) > 0 {
			finalization.RegisterCallback(ackDeadline*time.Second, func() error { return f.acknowledge(pulled) })
		}
	}()
	next := rt.GetRestriction().(offsetrange.Restriction).Start
	for began := time.Now(); time.Since(began) < pullTime; {
		end := rt.GetRestriction().(offsetrange.Restriction).End // the runner may have split the rest off
		messages, err := f.pull(ctx, end-next)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		watermark.UpdateWatermark(now)
		if len(messages) == 0 {
			return sdf.ResumeProcessingIn(idle), nil
		}
		for i, m := range messages {
			if !rt.TryClaim(next) {
				return sdf.StopProcessing(), f.giveBack(ctx, messages[i:])
			}
			next++
			emit(beam.EventTime(now.UnixMilli()), m.GetMessage().GetData())
			pulled = append(pulled, m.GetAckId())
		}
		if next == end {
			return sdf.StopProcessing(), nil
		}
	}
	return sdf.ResumeProcessingIn(0), nil
}

// pull asks for messages and makes time to process them. It waits for the first one for a moment only.
func (f *pullFn) pull(ctx context.Context, limit int64) ([]*pubsubpb.ReceivedMessage, error) {
	waiting, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	answer, err := f.client.Pull(waiting, &pubsubpb.PullRequest{
		Subscription: f.Subscription, MaxMessages: int32(min(limit, pullSize)),
	})
	if waiting.Err() != nil && ctx.Err() == nil {
		return nil, nil
	}
	messages := answer.GetReceivedMessages()
	if err == nil && len(messages) > 0 {
		err = f.setDeadline(ctx, messages, ackDeadline)
	}
	return messages, f.wrap(ctx, err)
}

// giveBack makes Pub/Sub deliver messages to another reader at once.
func (f *pullFn) giveBack(ctx context.Context, messages []*pubsubpb.ReceivedMessage) error {
	return f.wrap(ctx, f.setDeadline(ctx, messages, 0))
}

func (f *pullFn) setDeadline(ctx context.Context, messages []*pubsubpb.ReceivedMessage, seconds int32) error {
	ids := make([]string, len(messages))
	for i, m := range messages {
		ids[i] = m.GetAckId()
	}
	return f.client.ModifyAckDeadline(ctx, &pubsubpb.ModifyAckDeadlineRequest{
		Subscription: f.Subscription, AckIds: ids, AckDeadlineSeconds: seconds,
	})
}

// acknowledge runs when the bundle's results are stored. Messages that it can't acknowledge come again.
func (f *pullFn) acknowledge(ids []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for len(ids) > 0 {
		n := min(len(ids), ackRequest)
		err := f.client.Acknowledge(ctx, &pubsubpb.AcknowledgeRequest{Subscription: f.Subscription, AckIds: ids[:n]})
		if err != nil {
			return fmt.Errorf("%d messages will come again: %w", len(ids), f.wrap(ctx, err))
		}
		ids = ids[n:]
	}
	return nil
}

// CMEKHelper tells guard that nothing is created here.
func (f *pullFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*pullFn) CMEKReads() destination.None { return destination.None{} }

// wrap makes an error of the client one of this module. The subscription's key is its topic's, which nothing here knows.
func (f *pullFn) wrap(ctx context.Context, err error) error {
	return gcperr.WrapCall(ctx, opPull, f.Subscription, cmekpipe.KeyName{}, err)
}
