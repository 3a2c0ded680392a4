package bigtableio_test

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	bigtableio.Write(s, key.MustBigtableTable(tableName), beam.Create(s, *bigtableio.NewMutation("r")))
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	marked := 0
	for _, e := range edges {
		if e.DoFn == nil || e.Scope().String() == "root" {
			continue
		}
		if d, ok := destination.Of(e.DoFn.Recv); ok {
			marked++
			if d.Name != tableName || d.Key != key {
				t.Errorf("got %+v, want %s under %v", d, tableName, key)
			}
		}
	}
	if marked != 2 {
		t.Errorf("got %d sinks, want the check of the keys and the writer", marked)
	}
}
