package main

import (
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
)

// total is a row of the table: what a branch was paid in a window.
type total struct {
	Until  time.Time `bigquery:"until"`
	Branch string    `bigquery:"branch"`
	Cents  int64     `bigquery:"cents"`
}

func init() {
	beam.RegisterType(reflect.TypeFor[total]())
	register.Function1x1(line)
	register.Function1x3(payment)
	register.Function3x1(row)
}

// read reads the data of messages. Two readers do so: Dataflow's own, pubsubio.Read, which is the one to use there and
// which no other runner has; and pubsubio.Pull, a DoFn that runs everywhere and that can end, as tests must. A number of
// messages asks for the second.
func read(s beam.Scope, project string, set settings) beam.PCollection {
	if set.messages > 0 {
		return pubsubio.Pull(s, set.subscription, pubsubio.WithLimit(set.messages))
	}
	return pubsubio.Read(s, project, pubsubio.ReadOptions{Subscription: set.subscription})
}

// sumUp writes all messages of a window to a file and a row for each branch to the table. Each sink has a destination that
// was created from a key.
func sumUp(s beam.Scope, messages beam.PCollection, every time.Duration, files cmekpipe.Object, table cmekpipe.BigQueryTable) {
	messages = beam.WindowInto(s, window.NewFixedWindows(every), messages)

	// A file is named after its window: payments-20261125T150000.000Z-20261125T150100.000Z-pane-0-….
	textio.WriteSharded(s, files, beam.ParDo(s, line, messages), textio.WithNumShards(1), textio.WithSuffix(".json"))

	// Unbounded input is written at least once: a row comes again when a worker dies in the wrong moment.
	sums := stats.SumPerKey(s, beam.ParDo(s, payment, messages))
	bigqueryio.Write(s, table, beam.ParDo(s, row, sums))
}

func line(message []byte) string { return string(message) }

// payment reads {"branch": "Bonn", "cents": 1250}. The error doesn't quote the message: errors end in logs.
func payment(message []byte) (branch string, cents int64, err error) {
	var p struct {
		Branch string
		Cents  int64
	}
	if json.Unmarshal(message, &p) != nil {
		return "", 0, errors.New("got a message that is no payment")
	}
	return p.Branch, p.Cents, nil
}

func row(w beam.Window, branch string, cents int64) total {
	return total{Until: time.UnixMilli(w.MaxTimestamp().Milliseconds() + 1).UTC(), Branch: branch, Cents: cents}
}
