package codec

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// ReadLines reads a file of one JSON object per line. Unknown leaves out members that name no column.
func (s *Shape) ReadLines(file []byte, unknown bool) ([]Row, error) {
	var rows []Row
	scan := NewScanner(file)
	for !scan.Done() {
		row, err := s.ReadJSON(scan, unknown)
		if err != nil {
			return nil, fmt.Errorf("JSON table encountered too many errors, giving up. Rows: %d; errors: 1: %w", len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// WriteLines writes one JSON object per line, with the columns that are not NULL.
func (s *Shape) WriteLines(rows []Row) []byte {
	var to []byte
	for _, row := range rows {
		to = append(s.appendObject(to, row), '\n')
	}
	return to
}

func (s *Shape) appendObject(to []byte, row Row) []byte {
	to = append(to, '{')
	first := true
	for i := range s.fields {
		if row[i] == nil {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = append(appendString(to, s.fields[i].Name), ':')
		to = s.fields[i].appendMember(to, row[i])
	}
	return append(to, '}')
}

func (f *field) appendMember(to []byte, value sql.Value) []byte {
	if !f.Type.Array {
		return f.appendPlain(to, value)
	}
	to = append(to, '[')
	for i, element := range value.([]sql.Value) {
		if i > 0 {
			to = append(to, ',')
		}
		to = f.appendPlain(to, element)
	}
	return append(to, ']')
}

func (f *field) appendPlain(to []byte, value sql.Value) []byte {
	switch v := value.(type) {
	case Row:
		return f.inner.appendObject(to, v)
	case bool:
		return AppendText(to, f.Type.Kind, v)
	case string:
		if f.Type.Kind == sql.JSON {
			return append(to, v...)
		}
		return appendString(to, v)
	}
	return appendString(to, string(AppendText(nil, f.Type.Kind, value)))
}

// CSV is how a CSV file is to be read.
type CSV struct {
	Delimiter string // "" is a comma
	Skip      int    // lines at the start
	Jagged    bool   // columns may be missing at the end of a line
	Extra     bool   // values behind the last column are left out
	Null      string // what stands for NULL; an unquoted empty field of a column that is no text does too
}

// ReadCSV reads a CSV file.
func (s *Shape) ReadCSV(file []byte, options CSV) ([]Row, error) {
	in := csv.NewReader(bytes.NewReader(file))
	in.FieldsPerRecord, in.ReuseRecord = -1, true
	if comma, err := delimiter(options.Delimiter); err != nil {
		return nil, err
	} else if comma != 0 {
		in.Comma = comma
	}
	var rows []Row
	for line := 0; ; line++ {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("CSV table encountered too many errors, giving up. Rows: %d; errors: 1: %w", line+1, err)
		}
		if line < options.Skip {
			continue
		}
		row, err := s.record(record, options)
		if err != nil {
			return nil, fmt.Errorf("CSV processing encountered too many errors, giving up. Rows: %d; errors: 1: %w", line+1, err)
		}
		rows = append(rows, row)
	}
}

func (s *Shape) record(record []string, options CSV) (Row, error) {
	if len(record) > len(s.fields) && !options.Extra {
		//lint:ignore ST1005 Google's words
		return nil, fmt.Errorf("Too many values in line. Found %d column(s) while expected %d.", len(record), len(s.fields))
	}
	if len(record) < len(s.fields) && !options.Jagged {
		//lint:ignore ST1005 Google's words
		return nil, fmt.Errorf("Too few values in line. Found %d column(s) while expected %d.", len(record), len(s.fields))
	}
	row := make(Row, len(s.fields))
	for i := range min(len(record), len(s.fields)) {
		f, text := &s.fields[i], record[i]
		if f.Type.Array || f.Type.Kind == sql.Struct {
			return nil, fmt.Errorf("CSV has no nested or repeated columns: %s", f.path)
		}
		if text == options.Null && (options.Null != "" || f.Type.Kind != sql.String && f.Type.Kind != sql.Bytes) {
			continue
		}
		var err error
		if row[i], err = f.text(text); err != nil {
			return nil, err
		}
	}
	return row, s.complete(row)
}

// WriteCSV writes a CSV file.
func (s *Shape) WriteCSV(rows []Row, comma string, header bool) ([]byte, error) {
	var to bytes.Buffer
	out := csv.NewWriter(&to)
	if r, err := delimiter(comma); err != nil {
		return nil, err
	} else if r != 0 {
		out.Comma = r
	}
	record := make([]string, len(s.fields))
	for i := range s.fields {
		f := &s.fields[i]
		if f.Type.Array || f.Type.Kind == sql.Struct {
			//lint:ignore ST1005 Google's words
			return nil, fmt.Errorf("Operation cannot be performed on a nested schema. Field: %s", f.path)
		}
		record[i] = f.Name
	}
	if header {
		_ = out.Write(record) // a bytes.Buffer returns no errors
	}
	for _, row := range rows {
		for i := range s.fields {
			record[i] = string(AppendText(nil, s.fields[i].Type.Kind, row[i]))
		}
		_ = out.Write(record)
	}
	out.Flush()
	return to.Bytes(), out.Error()
}

// delimiter parses the separator of the fields of a line; 0 is the default.
func delimiter(text string) (rune, error) {
	if text == "\\t" || strings.EqualFold(text, "tab") {
		return '\t', nil
	}
	r := []rune(text)
	if len(r) > 1 {
		//lint:ignore ST1005 Google's words
		return 0, fmt.Errorf("Invalid fieldDelimiter %q", text)
	}
	if len(r) == 0 {
		return 0, nil
	}
	return r[0], nil
}
