package bigquery

import (
	"net/http"
	"sync"
	"time"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// maxInserts is how many rows a call may have. Source: https://docs.cloud.google.com/bigquery/quotas#streaming_inserts.
const maxInserts = 50_000

// insertion is the body of tabledata.insertAll.
type insertion struct {
	skipInvalid, ignoreUnknown bool
	ids                        []string
	rows                       []store.Row
	bad                        []*raw.TableDataInsertAllResponseInsertErrors
}

func (s *Server) insertAll(c *call) (any, error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	t, err := s.store.Table(c.table)
	if err != nil {
		return nil, err
	}
	in, err := readInsertion(codec.NewShape(t.Columns), body)
	if err != nil {
		return nil, err
	}
	answer := &raw.TableDataInsertAllResponse{Kind: "bigquery#tableDataInsertAllResponse", InsertErrors: in.bad}
	if len(in.bad) > 0 && !in.skipInvalid {
		answer.InsertErrors = in.stopped()
		return answer, nil
	}
	return answer, s.insertNew(t, in)
}

// insertNew appends the rows whose insert IDs were not used lately.
func (s *Server) insertNew(t *store.Table, in *insertion) error {
	now := s.env.Now()
	s.inserts.mu.Lock()
	defer s.inserts.mu.Unlock()
	seen := s.inserts.of(t.ID, now)
	rows, ids := make([]store.Row, 0, len(in.rows)), make([]string, 0, len(in.rows))
	inCall := make(map[string]bool)
	for i, row := range in.rows {
		id := in.ids[i]
		if row == nil || id != "" && (inCall[id] || seen.has(id)) {
			continue
		}
		if id != "" {
			inCall[id] = true
			ids = append(ids, id)
		}
		rows = append(rows, row)
	}
	if err := s.store.Append(t.Ref, t.ID, t.Columns, rows); err != nil {
		return err
	}
	for _, id := range ids {
		seen.young[id] = struct{}{}
	}
	return nil
}

// readInsertion reads all rows. Those that do not fit the table are nil and have their errors.
func readInsertion(shape *codec.Shape, body []byte) (*insertion, error) {
	in := &insertion{}
	var list []byte
	scan := codec.NewScanner(body)
	err := scan.Object(func(name []byte) (err error) {
		switch string(name) {
		case "skipInvalidRows":
			in.skipInvalid, err = flagValue(scan)
		case "ignoreUnknownValues":
			in.ignoreUnknown, err = flagValue(scan)
		case "rows":
			list, err = scan.Raw() // how to read them may stand behind them
		case "templateSuffix":
			return store.Refuse(store.Unsupported, "The loopback BigQuery has no template tables.")
		default:
			return scan.Skip()
		}
		return err
	})
	if err == nil && scan.Done() && list != nil {
		err = in.read(shape, codec.NewScanner(list))
	} else if err == nil && scan.Done() {
		return nil, store.Refuse(store.Required, "Required parameter is missing: rows")
	}
	if _, ok := err.(*store.Error); err != nil && !ok || !scan.Done() { //nolint:errorlint // never wrapped
		return nil, core.Refusal(http.StatusBadRequest, "parseError", "Parse Error")
	}
	if len(in.rows) > maxInserts {
		return nil, store.Refuse(store.Invalid, "too many rows present in the request, limit: %d row count: %d.", maxInserts,
			len(in.rows))
	}
	return in, err
}

func flagValue(scan *codec.Scanner) (bool, error) {
	text, err := scan.Raw()
	return string(text) == "true", err
}

func (in *insertion) read(shape *codec.Shape, scan *codec.Scanner) error {
	return scan.Array(func() error {
		var id string
		var row store.Row
		given := false
		err := scan.Object(func(name []byte) (err error) {
			switch string(name) {
			case "insertId":
				var text []byte
				text, err = scan.Text()
				id = string(text)
			case "json":
				given = true
				row, err = in.row(shape, scan)
			default:
				return scan.Skip()
			}
			return err
		})
		if !given && err == nil { // the client leaves out a row that sets no column
			row, err = in.row(shape, codec.NewScanner([]byte("{}")))
		}
		in.ids, in.rows = append(in.ids, id), append(in.rows, row)
		return err
	})
}

// row reads the next row, which is nil if it does not fit the table.
func (in *insertion) row(shape *codec.Shape, scan *codec.Scanner) (store.Row, error) {
	row, err := shape.ReadJSON(scan, in.ignoreUnknown)
	if bad, ok := err.(*codec.FieldError); ok { //nolint:errorlint // never wrapped
		in.refuse(len(in.rows), store.Invalid, bad.Path, bad.Message)
		return nil, nil
	}
	return row, err
}

func (in *insertion) refuse(index int, reason, path, message string) {
	in.bad = append(in.bad, &raw.TableDataInsertAllResponseInsertErrors{
		Index: int64(index), Errors: []*raw.ErrorProto{{Reason: reason, Location: path, Message: message}},
	})
}

// stopped are the errors of a call of which nothing is kept: the good rows have one too.
func (in *insertion) stopped() []*raw.TableDataInsertAllResponseInsertErrors {
	for i, row := range in.rows {
		if row != nil {
			in.refuse(i, store.Stopped, "", "")
		}
	}
	return in.bad
}

// inserts remembers the ids of rows for at least a minute, as long as BigQuery does at least. Source:
// https://docs.cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataconsistency.
type inserts struct {
	mu     sync.Mutex
	tables map[uint64]*memory // by table ID
}

// memory has two generations of ids, the older of which is forgotten when the younger is a minute old.
type memory struct {
	young, old map[string]struct{}
	since      time.Time
}

func newInserts() *inserts { return &inserts{tables: make(map[uint64]*memory)} }

func (r *inserts) of(table uint64, now time.Time) *memory {
	m := r.tables[table]
	if m == nil {
		m = &memory{young: make(map[string]struct{}), since: now}
		r.tables[table] = m
	}
	if now.Sub(m.since) > time.Minute {
		if now.Sub(m.since) > 2*time.Minute {
			m.young = nil
		}
		m.old, m.young, m.since = m.young, make(map[string]struct{}), now
	}
	return m
}

func (m *memory) has(id string) bool {
	_, young := m.young[id]
	_, old := m.old[id]
	return young || old
}
