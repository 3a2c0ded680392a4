package spannerio

import (
	"context"
	"errors"
	"regexp"

	"cloud.google.com/go/spanner"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
)

// harmless are the parts of Spanner's texts that contain names of the schema and numbers, but no row.
var harmless = regexp.MustCompile(`Table not found: [\w.]+|Column not found in table [\w.]+: [\w.]+|` +
	`(Database|Instance|Session|Transaction) not found|KMS key required by the Spanner resource is not accessible|` +
	`[\w.]+ must not be NULL in table [\w.]+|Invalid value for column [\w.]+ in table [\w.]+: Expected [A-Z0-9]+|` +
	`exceeds the maximum size limit for this column in this database: [\w.]+, size: \d+, limit: \d+|` +
	`too many mutations|Parent row for row|not root partitionable|Unrecognized name: [\w.]+|Syntax error`)

// dataFault types an error of a call with rows and leaves out of its text what may be of a row.
func dataFault(ctx context.Context, op, resource string, key cmekpipe.KeyName, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e, ok := errors.AsType[*cmekpipe.Error](diagnose.Wrap(ctx, op, resource, key, err))
	if !ok {
		return err // of a context
	}
	text := harmless.FindString(spanner.ErrDesc(err))
	if text == "" {
		text = "the rest of Spanner's text may quote rows and is left out"
	}
	return &cmekpipe.Error{Op: op, Code: e.Code, Resource: resource, Hint: dataHint(e),
		Err: errors.New("got " + spanner.ErrCode(err).String() + " from Spanner: " + text)}
}

// dataHint returns the hint for codes where the hint for resources does not fit rows.
func dataHint(e *cmekpipe.Error) string {
	switch e.Code {
	case cmekpipe.NotFound:
		return "create the table or the parent rows first, or see to the names"
	case cmekpipe.PreconditionFailed, cmekpipe.InvalidOptions:
		return "compare the columns of the table with the fields of the rows, and the values with the columns' types and limits"
	}
	return e.Hint
}
