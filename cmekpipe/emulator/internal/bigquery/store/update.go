package store

import (
	"reflect"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// UpdateTable replaces the settings of a table by what change makes of them. The etag, if there is one, must be the
// current one. A table that has a customer's key may get another one, or the newest version of its own. A key for a table
// without one is accepted and encrypts nothing, as with Google: the table stays without a key. The schema may grow only; its
// new columns come last, wherever the call puts them.
func (s *Store) UpdateTable(ref TableRef, etag string, change func(raw.Table) (raw.Table, error)) (*Table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, t, err := s.table(ref)
	if err != nil {
		return nil, err
	}
	if err := checkEtag(etag, t.Attrs.Etag); err != nil {
		return nil, err
	}
	changed := *t
	if changed.Attrs, err = change(changed.Attrs); err != nil {
		return nil, err
	}
	changed.Attrs.CreationTime = t.Attrs.CreationTime
	changed.Attrs.Schema = arranged(t.Attrs.Schema, changed.Attrs.Schema, changed.Attrs.DefaultCollation)
	rekeyed, err := s.rekey(d, t, &changed)
	if err != nil {
		return nil, err
	}
	if err := s.complete(&changed); err != nil {
		return nil, err
	}
	if err := grown(t.Columns, changed.Columns, ref); err != nil {
		return nil, err
	}
	if changed.Rows, err = Widen(ref, t.Rows, t.Columns, changed.Columns); err != nil {
		return nil, err
	}
	d.tables[ref.Table] = &changed
	if rekeyed {
		s.env.Ledger.Delete("table", ref.String(), 0, s.Now())
		s.record(&changed, "bigquery.tables.update", true)
	}
	return &changed, nil
}

// Widen returns rows of a schema as those of a later one of the table, which has more columns: NULL or empty lists in the
// columns that were added. It refuses a schema that is not a grown one.
func Widen(ref TableRef, rows []Row, before, after []sql.Field) ([]Row, error) {
	if len(rows) == 0 || reflect.DeepEqual(before, after) {
		return rows, nil
	}
	if err := grown(before, after, ref); err != nil {
		return nil, err
	}
	wide := make([]Row, len(rows))
	for i, row := range rows {
		wide[i] = widened(row, before, after)
	}
	return wide, nil
}

// widened returns a row with the columns that its table's schema gained: NULL, or an empty list.
func widened(row Row, before, after []sql.Field) Row {
	wide := make(Row, len(after))
	for i, f := range after {
		switch {
		case i < len(before):
			wide[i] = widenedValue(row[i], before[i].Type, f.Type)
		case f.Type.Array:
			wide[i] = []sql.Value{}
		}
	}
	return wide
}

// widenedValue is widened for the structs in a value.
func widenedValue(v sql.Value, before, after sql.Type) sql.Value {
	if v == nil || after.Kind != sql.Struct {
		return v
	}
	if !after.Array {
		return widened(v.(Row), before.Fields, after.Fields)
	}
	elements := v.([]sql.Value)
	wide := make([]sql.Value, len(elements))
	before.Array, after.Array = false, false
	for i, element := range elements {
		wide[i] = widenedValue(element, before, after)
	}
	return wide
}

// rekey encrypts a table with the key that its changed settings name, and reports whether they name another one.
func (s *Store) rekey(d *dataset, t, changed *Table) (bool, error) {
	e := changed.Attrs.EncryptionConfiguration
	if e != nil && e.KmsKeyName == t.Key.String() { // what a read returned, sent back
		return false, nil
	}
	asked, err := askedKey(e)
	if err != nil {
		return false, err
	}
	switch {
	case !t.Key.Valid():
		changed.showKey() // https://github.com/GoogleCloudPlatform/magic-modules/pull/2880
		return false, nil
	case !asked.Valid():
		return false, invalid("Changing from Default to Cloud KMS encryption key and back must be done via table.copy job.")
	}
	if changed.Key, err = s.wrap(d.Ref.Project, d.Location(), asked); err != nil {
		return false, err
	}
	changed.showKey()
	return true, nil
}

// matches refuses a key that a call names for a table that is encrypted with another one, or with none.
func matches(t *Table, asked cmekpipe.KeyName) error {
	if asked.Valid() && (!t.Key.Valid() || asked != t.Key.KeyName()) {
		return invalid("%s", mismatch)
	}
	return nil
}
