package bigqueryio_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/xlangx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/xlang/bigqueryio"
)

type entry struct{ Name string }

func init() { beam.RegisterType(reflect.TypeFor[entry]()) }

func TestMain(m *testing.M) {
	xlangx.RegisterHandler("offline", expand)
	ptest.Main(m)
}

// expand answers as an expansion service would.
func expand(_ context.Context, p *xlangx.HandlerParams) (*jobpb.ExpansionResponse, error) {
	components, outputs := p.Req.GetComponents(), map[string]string{}
	if components.Pcollections == nil {
		components.Pcollections = map[string]*pipepb.PCollection{}
	}
	for _, out := range p.Outputs() {
		outputs[out.Local] = out.ID()
		components.Pcollections[out.ID()] = &pipepb.PCollection{UniqueName: out.ID(), IsBounded: out.Bounded}
	}
	return &jobpb.ExpansionResponse{Components: components,
		Transform: &pipepb.PTransform{UniqueName: "expanded", Spec: p.Req.GetTransform().GetSpec(), Outputs: outputs}}, nil
}

const keyName = "projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records"

func table(t *testing.T) cmekpipe.BigQueryTable {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	return key.MustBigQueryTable("bank-prod.ledger.entries")
}

// sent returns the payload that leaves the program, and what guard says of it.
func sent(t *testing.T, build func(beam.Scope)) (*pipepb.SchemaTransformPayload, guard.Transform) {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	coverage, err := guard.Inspect(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range edges {
		if e.External == nil {
			continue
		}
		payload := &pipepb.SchemaTransformPayload{}
		if err := proto.Unmarshal(e.External.Payload, payload); err != nil {
			t.Fatal(err)
		}
		return payload, coverage.Transforms[i]
	}
	t.Fatal("got no external transform")
	return nil, guard.Transform{}
}

func TestKeyIsInThePayloadThatLeavesTheProgram(t *testing.T) {
	for method, want := range map[bigqueryio.Method]string{
		bigqueryio.Automatic: "bigquery_write:v1", bigqueryio.StorageWrite: "bigquery_storage_write:v2", bigqueryio.FileLoads: "bigquery_fileloads:v1",
	} {
		t.Run(want, func(t *testing.T) {
			payload, found := sent(t, func(s beam.Scope) {
				bigqueryio.Write(s, table(t), beam.Create(s, entry{"a"}), bigqueryio.WithMethod(method), bigqueryio.WithExpansionAddr("offline"),
					bigqueryio.WithCreateDisposition(bigqueryio.CreateIfNeeded), bigqueryio.WithWriteDisposition(bigqueryio.WriteEmpty))
			})
			if got := payload.GetIdentifier(); got != "beam:schematransform:org.apache.beam:"+want {
				t.Errorf("got %s, want %s", got, want)
			}
			row := string(payload.GetConfigurationRow())
			for _, text := range []string{keyName, "bank-prod:ledger.entries", "CREATE_IF_NEEDED", "WRITE_EMPTY"} {
				if !strings.Contains(row, text) {
					t.Errorf("got row %q, want %s in it", row, text)
				}
			}
			if found.Verdict != guard.Protected || found.Key.String() != keyName || found.Destination != "bank-prod:ledger.entries" {
				t.Errorf("guard: got %+v, want it protected by the key", found)
			}
		})
	}
}

func TestReadOfATableSendsNoQuery(t *testing.T) {
	payload, found := sent(t, func(s beam.Scope) {
		bigqueryio.Read(s, "bank-prod:ledger.entries", reflect.TypeFor[entry](), bigqueryio.WithExpansionAddr("offline"),
			bigqueryio.WithColumns("name"), bigqueryio.WithRowFilter("name > 'a'"))
	})
	row := string(payload.GetConfigurationRow())
	if !strings.Contains(row, "bank-prod:ledger.entries") || !strings.Contains(row, "name > 'a'") {
		t.Errorf("got row %q, want table and filter", row)
	}
	if found.Verdict != guard.ReadsOnly {
		t.Errorf("guard: got %+v, want it to read only", found)
	}
}

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	rows := func(s beam.Scope) beam.PCollection { return beam.Create(s, entry{"a"}) }
	for name, tt := range map[string]struct {
		build func(beam.Scope)
		code  cmekpipe.Code
	}{
		"zero table":         {func(s beam.Scope) { bigqueryio.Write(s, cmekpipe.BigQueryTable{}, rows(s)) }, cmekpipe.KeyMissing},
		"zero collection":    {func(s beam.Scope) { bigqueryio.Write(s, table(t), beam.PCollection{}) }, cmekpipe.InvalidOptions},
		"method":             {func(s beam.Scope) { bigqueryio.Write(s, table(t), rows(s), bigqueryio.WithMethod("x")) }, cmekpipe.InvalidOptions},
		"create disposition": {func(s beam.Scope) { bigqueryio.Write(s, table(t), rows(s), bigqueryio.WithCreateDisposition("x")) }, cmekpipe.InvalidOptions},
		"write disposition":  {func(s beam.Scope) { bigqueryio.Write(s, table(t), rows(s), bigqueryio.WithWriteDisposition("x")) }, cmekpipe.InvalidOptions},
		"no table":           {func(s beam.Scope) { bigqueryio.Read(s, "", reflect.TypeFor[entry]()) }, cmekpipe.InvalidName},
		"no struct":          {func(s beam.Scope) { bigqueryio.Read(s, "p:d.t", reflect.TypeFor[int]()) }, cmekpipe.InvalidOptions},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if e, ok := recover().(*cmekpipe.Error); !ok || e.Code != tt.code || e.Hint == "" {
					t.Errorf("got %v, want code %s", e, tt.code)
				}
			}()
			_, s := beam.NewPipelineWithRoot()
			tt.build(s)
		})
	}
}
