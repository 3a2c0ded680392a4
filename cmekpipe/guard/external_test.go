package guard_test

import (
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx/schema"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/kafkaio"
	xlschema "github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/schema"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

func TestUnknownExternalTransformsAreRefused(t *testing.T) {
	tests := []struct {
		name  string
		build func(beam.Scope)
	}{
		{"legacy", func(s beam.Scope) { beam.External(s, "beam:transform:org.example:write:v1", nil, nil, nil, true) }},
		{"cross-language", func(s beam.Scope) {
			beam.CrossLanguage(s, "beam:transform:org.example:write:v1", nil, offline, beam.UnnamedInput(lines(s)), nil)
		}},
		{"python", func(s beam.Scope) {
			beam.CrossLanguage(s, "beam:transforms:python:fully_qualified_named", beam.CrossLanguagePayload(struct {
				Constructor string `beam:"constructor"`
			}{"os.system"}), offline, beam.UnnamedInput(lines(s)), nil)
		}},
		{"pubsub with a broken payload", func(s beam.Scope) { beam.External(s, "beam:transform:pubsub_read:v1", []byte{0xff}, nil, nil, true) }},
		{"schema transform with a broken payload", func(s beam.Scope) {
			beam.CrossLanguage(s, "beam:expansion:payload:schematransform:v1", []byte{0xff}, offline, beam.UnnamedInput(lines(s)), nil)
		}},
		{"debezium with a broken payload", func(s beam.Scope) {
			beam.CrossLanguage(s, "beam:transform:org.apache.beam:debezium_read:v1", []byte{0xff}, offline, beam.UnnamedInput(lines(s)), nil)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := findings(inspect(t, pipeline(tt.build)))
			if len(got) != 1 || got[0].Verdict != guard.Unprotected || got[0].Reason == "" || got[0].Replacement == "" {
				t.Errorf("got %+v, want one that is unprotected, with reason and advice", got)
			}
		})
	}
}

func TestWriterInsideAnExpansionIsRefused(t *testing.T) {
	const inner = "beam:transform:org.apache.beam:bigquery_write:v1"
	got := findings(inspect(t, pipeline(func(s beam.Scope) { kafkaio.Read(s, "fake:"+inner, "broker:1", []string{"entries"}) })))
	if len(got) != 1 || got[0].Verdict != guard.Unprotected || !strings.Contains(got[0].Reason, "expanded to a transform "+inner) {
		t.Errorf("got %+v, want one refused because of what it expanded to", got)
	}
	keyed := findings(inspect(t, pipeline(func(s beam.Scope) {
		key := keyName
		xlschema.Transform(s, bigQueryWrite{Table: "t", KMSKey: &key}, "beam:schematransform:org.apache.beam:bigquery_write:v1",
			xlschema.ExpansionAddr("fake:"+inner), xlschema.UnnamedOutputType(typex.New(recordType)))
	})))
	if len(keyed) != 1 || keyed[0].Verdict != guard.Protected {
		t.Errorf("got %+v, want a writer with a key to stay protected", keyed)
	}
}

// configured returns the payload of a BigQuery schema transform with a row of any bytes.
func configured(tb testing.TB, config any, row []byte) []byte {
	tb.Helper()
	fields, err := schema.FromType(typeOf(config))
	if err != nil {
		tb.Fatal(err)
	}
	payload, err := proto.Marshal(&pipepb.SchemaTransformPayload{
		Identifier:          "beam:schematransform:org.apache.beam:bigquery_write:v1",
		ConfigurationSchema: fields, ConfigurationRow: row,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return payload
}

// nested has a key behind everything that a row may hold.
type nested struct {
	Maybe  []*string
	Pairs  map[string]*int64
	Inner  struct{ A, B string }
	Inners []struct{ A *string }
	Small  int16
	Wide   float64
	Narrow float32
	Byte   byte
	Raw    []byte
	KMSKey string `beam:"kms_key"`
}

func TestKeyIsFoundBehindValuesOfEveryKind(t *testing.T) {
	text, number := "a", int64(300)
	config := nested{Maybe: []*string{nil, &text}, Pairs: map[string]*int64{"x": &number, "y": nil}, Small: -1, Wide: 1, Narrow: 2, Byte: 3, Raw: []byte{4}, KMSKey: keyName}
	config.Inner.A = "kms_key"
	config.Inners = []struct{ A *string }{{&text}, {nil}}
	found := inspect(t, pipeline(func(s beam.Scope) {
		beam.External(s, "beam:expansion:payload:schematransform:v1", configured(t, config, rowOf(t, config)), nil, nil, true)
	})).Transforms[0]
	if found.Verdict != guard.Protected || found.Key.String() != keyName {
		t.Errorf("got %+v, want it protected", found)
	}
}

func TestRowThatCannotBeReadHasNoKey(t *testing.T) {
	key := keyName
	row := rowOf(t, bigQueryWrite{Table: "t", KMSKey: &key})
	empty := struct {
		Many   []struct{}
		KMSKey string `beam:"kms_key"`
	}{}
	deep := &pipepb.FieldType{TypeInfo: &pipepb.FieldType_RowType{RowType: &pipepb.RowType{Schema: &pipepb.Schema{}}}}
	for range 100 {
		deep = &pipepb.FieldType{TypeInfo: &pipepb.FieldType_RowType{RowType: &pipepb.RowType{Schema: &pipepb.Schema{Fields: []*pipepb.Field{{Name: "f", Type: deep}}}}}}
	}
	tests := map[string]struct {
		change func(*pipepb.SchemaTransformPayload)
		config any
		row    []byte
	}{
		"fields in another order":   {func(p *pipepb.SchemaTransformPayload) { p.ConfigurationSchema.EncodingPositionsSet = true }, bigQueryWrite{}, row},
		"no schema":                 {func(p *pipepb.SchemaTransformPayload) { p.ConfigurationSchema = nil }, bigQueryWrite{}, row},
		"no type":                   {func(p *pipepb.SchemaTransformPayload) { p.ConfigurationSchema.Fields[0].Type = nil }, bigQueryWrite{}, row},
		"one name twice":            {func(p *pipepb.SchemaTransformPayload) { p.ConfigurationSchema.Fields[0].Name = "kms_key" }, bigQueryWrite{}, row},
		"billions of empty rows":    {nil, empty, append([]byte{2, 0, 0xff, 0xff, 0xff, 0xff}, rowOf(t, empty)...)},
		"rows without end in a row": {func(p *pipepb.SchemaTransformPayload) { p.ConfigurationSchema.Fields[0].Type = deep }, bigQueryWrite{}, []byte(strings.Repeat("\x01\x00", 200))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var p pipepb.SchemaTransformPayload
			if err := proto.Unmarshal(configured(t, tt.config, tt.row), &p); err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(&p)
			}
			payload, err := proto.Marshal(&p)
			if err != nil {
				t.Fatal(err)
			}
			c := inspect(t, pipeline(func(s beam.Scope) {
				beam.External(s, "beam:expansion:payload:schematransform:v1", payload, nil, nil, true)
			}))
			if got := c.Transforms[0]; got.Verdict != guard.Unprotected || got.Key.Valid() {
				t.Errorf("got %+v, want it unprotected", got)
			}
		})
	}
}

// rowOf encodes a value as Beam's Go SDK does for a cross-language transform.
func rowOf(tb testing.TB, config any) []byte {
	tb.Helper()
	var p pipepb.ExternalConfigurationPayload
	if err := proto.Unmarshal(beam.CrossLanguagePayload(config), &p); err != nil {
		tb.Fatal(err)
	}
	return p.GetPayload()
}

func FuzzInspectAcceptsAnyRow(f *testing.F) {
	key := keyName
	row := rowOf(f, bigQueryWrite{Table: "t", KMSKey: &key, Many: []string{"a"}, More: map[string]int64{"x": 1}})
	f.Add(row)
	f.Add(row[:len(row)-1])
	f.Add(append(row[:len(row):len(row)], 0))
	f.Add([]byte{})
	f.Add([]byte{5, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{5, 1, 3, 0x7f, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, got []byte) {
		c := inspect(t, pipeline(func(s beam.Scope) {
			beam.External(s, "beam:expansion:payload:schematransform:v1", configured(t, bigQueryWrite{}, got), nil, nil, true)
		}))
		found := c.Transforms[0]
		if found.Verdict != guard.Unprotected && found.Verdict != guard.Protected {
			t.Fatalf("got %+v, want a verdict", found)
		}
		if found.Key.Valid() != (found.Verdict == guard.Protected) || found.Key.Valid() && !strings.Contains(string(got), found.Key.String()) {
			t.Fatalf("got %+v, want a key that stands in the row", found)
		}
	})
}

func TestRowCutShortHasNoKey(t *testing.T) {
	key := keyName
	row := rowOf(t, bigQueryWrite{Table: "t", KMSKey: &key})
	for n := range len(row) + 2 {
		broken := append(row[:min(n, len(row)):len(row)], make([]byte, max(0, n-len(row)))...)
		c := inspect(t, pipeline(func(s beam.Scope) {
			beam.External(s, "beam:expansion:payload:schematransform:v1", configured(t, bigQueryWrite{}, broken), nil, nil, true)
		}))
		want := guard.Unprotected
		if n == len(row) {
			want = guard.Protected
		}
		if got := c.Transforms[0].Verdict; got != want {
			t.Errorf("%d of %d bytes: got %s, want %s", n, len(row), got, want)
		}
	}
}
