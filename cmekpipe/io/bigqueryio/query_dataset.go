package bigqueryio

import (
	"context"
	"errors"
	"strings"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const (
	// resultLife is when the result of a query expires that was not removed.
	resultLife = 24 * time.Hour
	// farewellTime is how long a run that failed tries to tidy up.
	farewellTime = 30 * time.Second
)

// result names the table of a run.
func (w *queryWork) result(token string) (cmekpipe.BigQueryTable, error) {
	return w.Dest.Key().BigQueryTable(w.Dest.Project() + "." + datasetOf(token) + ".result")
}

func datasetOf(token string) string { return "cmekpipe_temp_" + token }

// makeDataset creates the dataset of a run with the key, unless an earlier attempt did, and checks it.
func (w *queryWork) makeDataset(ctx context.Context, result cmekpipe.BigQueryTable, token string) error {
	dataset := w.client.DatasetInProject(result.Project(), result.Dataset())
	name := result.Project() + "." + result.Dataset()
	wanted := &bigquery.DatasetMetadata{
		Location:                w.Location,
		DefaultEncryptionConfig: encryption(result),
		DefaultTableExpiration:  resultLife,
		Description:             "Result of a query of a pipeline; may be deleted when the pipeline has ended.",
		Labels:                  map[string]string{"cmekpipe": "temporary", "cmekpipe-run": token},
	}
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) error { return dataset.Create(ctx, wanted) })
	if err != nil && gcperr.Code(err) != cmekpipe.AlreadyExists {
		return gcperr.Wrap(opQuery, name, w.Dest.Key(), err)
	}
	var made *bigquery.DatasetMetadata
	err = retry.Do(ctx, newTablePolicy(true), func(ctx context.Context) (err error) {
		made, err = dataset.Metadata(ctx)
		return err
	})
	if err != nil {
		return gcperr.Wrap(opQuery, name, w.Dest.Key(), err)
	}
	if !strings.EqualFold(made.Location, w.Location) {
		return fail(opQuery, cmekpipe.LocationMismatch, name, "got a temporary dataset in "+made.Location+", want "+w.Location, "")
	}
	return w.checkKey(name, made.DefaultEncryptionConfig)
}

// checkResult refuses to read a result that is encrypted with another key.
func (w *queryWork) checkResult(ctx context.Context, result cmekpipe.BigQueryTable) error {
	var meta *bigquery.TableMetadata
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		meta, err = handle(w.client, result).Metadata(ctx)
		return err
	})
	if err != nil {
		return gcperr.Wrap(opQuery, result.String(), w.Dest.Key(), err)
	}
	return w.checkKey(result.String(), meta.EncryptionConfig)
}

// checkKey compares the key that BigQuery reports with the key that it was asked for.
func (w *queryWork) checkKey(resource string, got *bigquery.EncryptionConfig) error {
	return keycheck.Check(opQuery, resource, []cmekpipe.KeyName{w.Dest.Key()}, bigqueryclient.Key(got))
}

// remove removes the dataset of a run with all that is in it.
func (w *queryWork) remove(ctx context.Context, token string) error {
	dataset := w.client.DatasetInProject(w.Dest.Project(), datasetOf(token))
	err := retry.Do(ctx, callPolicy(), dataset.DeleteWithContents)
	if err == nil || gcperr.IsNotFound(err) {
		return nil
	}
	return gcperr.Wrap(opQuery, w.Dest.Project()+"."+datasetOf(token), w.Dest.Key(), err)
}

// discard tidies up after a failure, also after the end of the context, as well as it can: the failure counts more.
func (w *queryWork) discard(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	defer cancel()
	_ = w.remove(ctx, token)
}

// cleanupFn removes the temporary dataset when all of the result has been read.
type cleanupFn struct{ queryWork }

// ProcessElement removes the dataset once all streams were read.
func (f *cleanupFn) ProcessElement(ctx context.Context, _ int, tokens, _ func(*string) bool) error {
	var errs []error
	for token := ""; tokens(&token); {
		errs = append(errs, f.remove(ctx, token))
	}
	return errors.Join(errs...)
}

// CMEKHelper tells guard that nothing is made here.
func (f *cleanupFn) CMEKHelper() destination.None { return destination.None{} }
