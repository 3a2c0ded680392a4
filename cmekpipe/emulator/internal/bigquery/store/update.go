package store

import (
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// UpdateTable replaces the settings of a table by what change makes of them. The etag, if there is one, must be the
// current one. A table that has a customer's key may get another one, or the newest version of its own; one that has none
// gets none, and the other way round. The schema may grow only.
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
	if err := s.rekey(d, t, &changed); err != nil {
		return nil, err
	}
	if err := s.complete(&changed); err != nil {
		return nil, err
	}
	if err := grown(t.Columns, changed.Columns, ref); err != nil {
		return nil, err
	}
	changed.Rows = make([]Row, len(t.Rows))
	for i, row := range t.Rows {
		changed.Rows[i] = widened(row, t.Columns, changed.Columns)
	}
	d.tables[ref.Table] = &changed
	return &changed, nil
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

// rekey moves a table to the key that its changed settings name.
func (s *Store) rekey(d *dataset, t, changed *Table) error {
	e := changed.Attrs.EncryptionConfiguration
	if e != nil && e.KmsKeyName == t.Key.String() { // what a read returned, sent back
		return nil
	}
	asked, err := askedKey(e)
	if err != nil {
		return err
	}
	if asked.Valid() != t.Key.Valid() {
		return invalid("Cannot change the encryption of table %s between default encryption and a Cloud KMS key; copy the "+
			"table instead", t.Ref.legacy())
	}
	if !asked.Valid() {
		return nil
	}
	if changed.Key, err = s.wrap(d.Ref.Project, d.Location(), asked); err != nil {
		return err
	}
	changed.showKey()
	s.env.Ledger.Delete("table", t.Ref.String(), 0, s.Now())
	s.record(changed, "bigquery.tables.update", true)
	return nil
}

// matches refuses a key that a call names for a table that rests under another one, or under none.
func matches(t *Table, asked cmekpipe.KeyName) error {
	if asked.Valid() && (!t.Key.Valid() || asked != t.Key.KeyName()) {
		return invalid("%s", mismatch)
	}
	return nil
}
