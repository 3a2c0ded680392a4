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
	// farewellTime is how long a query that failed tries to remove its dataset.
	farewellTime = 30 * time.Second
)

// result names the table of a run.
func (w *queryWork) result(token string) (cmekpipe.BigQueryTable, error) {
	return w.Dest.Key().BigQueryTable(w.Dest.Project() + "." + datasetOf(token) + ".result")
}

func datasetOf(token string) string { return "cmekpipe_temp_" + token }

// makeDataset creates the dataset of a run with the key, unless an earlier attempt did, and checks it. It reports whether
// the dataset existed.
func (w *queryWork) makeDataset(ctx context.Context, result cmekpipe.BigQueryTable, token string) (existed bool, err error) {
	name := result.Project() + "." + result.Dataset()
	wanted := &bigquery.DatasetMetadata{
		Location:                w.Location,
		DefaultEncryptionConfig: encryption(result),
		DefaultTableExpiration:  resultLife,
		Description:             "Result of a query of a pipeline; may be deleted when the pipeline has ended.",
		Labels:                  map[string]string{"cmekpipe": "temporary", "cmekpipe-run": token},
	}
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
		return w.client.DatasetInProject(result.Project(), result.Dataset()).Create(ctx, wanted)
	})
	if existed = err != nil && gcperr.Code(err) == cmekpipe.AlreadyExists; err != nil && !existed {
		return false, gcperr.Wrap(opQuery, name, w.Dest.Key(), err)
	}
	made, err := w.dataset(ctx, token, newTablePolicy(true))
	if err != nil {
		return existed, gcperr.Wrap(opQuery, name, w.Dest.Key(), err)
	}
	if !strings.EqualFold(made.Location, w.Location) {
		return existed, fail(opQuery, cmekpipe.LocationMismatch, name, "got a temporary dataset in "+made.Location+", want "+w.Location, "")
	}
	return existed, w.checkKey(name, made.DefaultEncryptionConfig)
}

// dataset reads the dataset of a run.
func (w *queryWork) dataset(ctx context.Context, token string, p retry.Policy) (meta *bigquery.DatasetMetadata, err error) {
	err = retry.Do(ctx, p, func(ctx context.Context) error {
		meta, err = w.client.DatasetInProject(w.Dest.Project(), datasetOf(token)).Metadata(ctx)
		return err
	})
	return meta, err
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

// removeEmpty removes the dataset of a run if it holds no result, as well as it can: the failure before it counts more.
func (w *queryWork) removeEmpty(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	defer cancel()
	_ = w.client.DatasetInProject(w.Dest.Project(), datasetOf(token)).Delete(ctx)
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
