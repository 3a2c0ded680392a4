package template_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

func TestABucketThatAcceptsObjectsWithoutACustomerKeyIsAWarning(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		var log bytes.Buffer
		_, err := k.launch(t.Context(), w.options(nil), template.Request{Template: stored}, template.WithHaste(), template.WithProgress(nil),
			template.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(log.String(), "rule=CMEK030 resource=gs://bank-work"); got != 1 {
			t.Errorf("got %d warnings, want one of the bucket:\n%s", got, log.String())
		}
	})
}
