package avroio

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

const (
	rowSchema = `{"type":"record","name":"row","fields":[{"name":"line","type":"string"},{"name":"size","type":"long"},{"name":"note","type":["null","string"],"default":null}]}`
	goodRow   = `{"line":"good","size":4}`
)

func newEncoder(t testing.TB, schema string, out *bytes.Buffer) (shards.Encoder[string], *bufio.Writer) {
	t.Helper()
	e, err := container{schema}.NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	buffered := bufio.NewWriter(out)
	if err := e.Begin(buffered); err != nil {
		t.Fatal(err)
	}
	return e, buffered
}

func TestRowsThatAreNotOfTheSchema(t *testing.T) {
	for name, row := range map[string]string{
		"no JSON":         `{"line":"secret","size":6`,
		"empty":           ``,
		"other type":      `{"line":"secret","size":"6"}`,
		"number too big":  `{"line":"secret","size":9223372036854775808}`,
		"missing field":   `{"line":"secret"}`,
		"unknown field":   `{"line":"secret","size":6,"more":1}`,
		"bare union":      `{"line":"secret","size":6,"note":"secret"}`,
		"row behind it":   `{"line":"secret","size":6}` + "\n" + goodRow,
		"letter behind":   `{"line":"secret","size":6}x`,
		"array":           `["secret"]`,
		"field twice":     `{"line":"secret","line":"secret","size":6}`,
		"fraction":        `{"line":"secret","size":6.5}`,
		"lone surrogate":  `{"line":"secret\ud800","size":6}`,
		"text never ends": `{"line":"secret`,
	} {
		e, _ := newEncoder(t, rowSchema, &bytes.Buffer{})
		err := e.Write(row)
		if !errors.Is(err, cmekpipe.InvalidOptions) {
			t.Errorf("%s: got %v, want %v", name, err, cmekpipe.InvalidOptions)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got the row in the error: %v", name, err)
		}
	}
}

// Files hold blocks of bounded size, whatever the size of the rows, and an encoder may go on to the next file at any time.
func TestBlocks(t *testing.T) {
	var out bytes.Buffer
	for name, tt := range map[string]struct {
		schema, row string
		rows        int
	}{
		"no row":     {`"string"`, `"x"`, 0},
		"small rows": {`"string"`, `"` + strings.Repeat("x", 100) + `"`, 10_000},
		"null rows":  {`"null"`, `null`, 200_000},
		"huge rows":  {`"string"`, `"` + strings.Repeat("x", 3<<20) + `"`, 3},
	} {
		out.Reset()
		e, buffered := newEncoder(t, tt.schema, &bytes.Buffer{})
		if err := e.Write(tt.row); err != nil { // of a file that is given up
			t.Fatal(err)
		}
		buffered.Reset(&out)
		if err := e.Begin(buffered); err != nil {
			t.Fatal(err)
		}
		for range tt.rows {
			if err := e.Write(tt.row); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(e.End(), buffered.Flush()); err != nil {
			t.Fatal(err)
		}
		if got := countRows(t, &out); got != tt.rows {
			t.Errorf("%s: got %d rows, want %d", name, got, tt.rows)
		}
	}
}

// countRows reads a file with the library's own reader.
func countRows(t testing.TB, data *bytes.Buffer) (rows int) {
	t.Helper()
	file, err := goavro.NewOCFReader(data)
	if err != nil {
		t.Fatal(err)
	}
	for file.Scan() {
		if _, err := file.Read(); err != nil {
			t.Fatal(err)
		}
		rows++
	}
	if file.Err() != nil {
		t.Fatal(file.Err())
	}
	return rows
}

// Whatever a row is, it is either refused or read back as the library alone has it.
func FuzzRow(f *testing.F) {
	for _, row := range []string{goodRow, `{"line":"","size":-1,"note":{"string":"x"}}`, `{"line":"\ud83d\udd11","size":0}`, goodRow + goodRow, ``, `{`} {
		f.Add(row)
	}
	f.Fuzz(func(t *testing.T, row string) {
		var out bytes.Buffer
		e, buffered := newEncoder(t, rowSchema, &out)
		if err := e.Write(row); err != nil {
			if !errors.Is(err, cmekpipe.InvalidOptions) {
				t.Errorf("got %v, want %v", err, cmekpipe.InvalidOptions)
			}
			return
		}
		if err := errors.Join(e.End(), buffered.Flush()); err != nil {
			t.Fatal(err)
		}
		file, err := goavro.NewOCFReader(&out)
		if err != nil || !file.Scan() {
			t.Fatalf("got %v, %v, want one row", err, file.Err())
		}
		got, err := file.Read()
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := file.Codec().NativeFromTextual([]byte(strings.TrimSpace(row)))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v, %v", got, want, err)
		}
	})
}
