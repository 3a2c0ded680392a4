package bigquery

import (
	"encoding/json"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// pageBytes is about how long a page of rows gets: 10 MB. Source:
// https://docs.cloud.google.com/bigquery/docs/paging-results.
const pageBytes = 10 << 20

func (s *Server) listRows(c *call) (any, error) {
	t, err := s.store.Read(c.table)
	if err != nil {
		return nil, err
	}
	if c.query.Get("selectedFields") != "" {
		return nil, store.Refuse(store.Unsupported, "The loopback BigQuery knows no selectedFields of tabledata.list.")
	}
	rows, next, err := rowPage(c, codec.NewShape(t.Columns), t.Rows)
	if err != nil {
		return nil, err
	}
	answer := append([]byte(nil), `{"kind":"bigquery#tableDataList","etag":`...)
	answer = strconv.AppendQuote(answer, t.Attrs.Etag)
	answer = append(answer, `,"totalRows":"`...)
	answer = strconv.AppendInt(answer, int64(len(t.Rows)), 10)
	answer = append(answer, '"')
	if next != "" {
		answer = append(answer, `,"pageToken":`...)
		answer = strconv.AppendQuote(answer, next)
	}
	if rows != nil {
		answer = append(answer, `,"rows":`...)
		answer = append(answer, rows...)
	}
	return json.RawMessage(append(answer, '}')), nil
}

// rowPage returns the rows that a call asks for as a JSON array, nil if there are none, and the token of the next page. A
// call that wants no rows gets the token of the first page, as the API leaves out empty lists and clients take a list that is
// there for a page.
func rowPage(c *call, shape *codec.Shape, rows []store.Row) (text []byte, next string, err error) {
	start, err := c.number("startIndex", 0)
	if err != nil {
		return nil, "", err
	}
	if start, err = c.number("pageToken", start); err != nil {
		return nil, "", err
	}
	most, err := c.number("maxResults", len(rows))
	if err != nil {
		return nil, "", err
	}
	micros := c.flag("formatOptions.useInt64Timestamp")
	start = min(start, len(rows))
	text = append(make([]byte, 0, 1<<16), '[')
	end := start
	for ; end < min(start+most, len(rows)) && len(text) < pageBytes; end++ {
		if end > start {
			text = append(text, ',')
		}
		text = shape.AppendRow(text, rows[end], micros)
	}
	if end < len(rows) {
		next = strconv.Itoa(end)
	}
	if end == start {
		return nil, next, nil
	}
	return append(text, ']'), next, nil
}
