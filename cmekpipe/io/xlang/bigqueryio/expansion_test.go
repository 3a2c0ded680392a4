package bigqueryio_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/golang/snappy"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/xlang/bigqueryio"
)

var expansionAddr = flag.String("expansion.addr", "", "HOST:PORT of a running expansion service with Java's BigQuery transforms; .ci/expansion starts one")

// TestRealExpansionServiceReceivesTheKey builds pipelines with Java's own expansion service, and finds the key in what that
// made of the configuration: in the fields of the DoFns that workers are to run, not only in what was asked for. Read isn't
// here: Java asks BigQuery for the table's schema while it expands.
func TestRealExpansionServiceReceivesTheKey(t *testing.T) {
	if *expansionAddr == "" {
		t.Skip("needs Java and Maven: run bash .ci/expansion")
	}
	for _, method := range []bigqueryio.Method{bigqueryio.Automatic, bigqueryio.StorageWrite, bigqueryio.FileLoads} {
		t.Run("write "+string(method), func(t *testing.T) {
			got := expanded(t, func(s beam.Scope) {
				bigqueryio.Write(s, table(t), beam.Create(s, entry{"a"}), bigqueryio.WithMethod(method), bigqueryio.WithExpansionAddr(*expansionAddr))
			})
			if n := javaFns(t, got, keyName); n == 0 {
				t.Errorf("got no DoFn of Java's among %d transforms that holds %s", len(got.Transforms), keyName)
			}
		})
	}
}

// expanded returns what the service answered.
func expanded(t *testing.T, build func(beam.Scope)) *pipepb.Components {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		if e.External == nil || e.External.Expanded == nil {
			continue
		}
		components, err := graphx.ExpandedComponents(e.External.Expanded)
		if err != nil {
			t.Fatal(err)
		}
		return components
	}
	t.Fatal("got nothing expanded")
	return nil
}

// javaFns counts the DoFns of Java's in whose fields text stands.
func javaFns(t *testing.T, all *pipepb.Components, text string) int {
	t.Helper()
	n := 0
	for _, transform := range all.Transforms {
		var parDo pipepb.ParDoPayload
		if transform.Spec.GetUrn() != "beam:transform:pardo:v1" {
			continue
		}
		if err := proto.Unmarshal(transform.Spec.GetPayload(), &parDo); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(unpacked(t, parDo.GetDoFn().GetPayload()), []byte(text)) {
			n++
		}
	}
	return n
}

// unpacked undoes the framing in which Java's SnappyOutputStream writes: 16 bytes of header, then blocks behind their
// lengths. What begins otherwise is returned as it is.
func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	if !bytes.HasPrefix(packed, []byte("\x82SNAPPY\x00")) {
		return packed
	}
	var all []byte
	for rest := packed[16:]; len(rest) > 4; {
		size := binary.BigEndian.Uint32(rest)
		block, err := snappy.Decode(nil, rest[4:4+size])
		if err != nil {
			t.Fatal(err)
		}
		all, rest = append(all, block...), rest[4+size:]
	}
	return all
}
