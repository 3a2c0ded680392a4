package prismrun

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/metricsx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"
)

// metricsOf returns the user's counters and distributions as Dataflow reports them, with the transform's id in the
// staged pipeline. Prism counts committed elements only, so Dataflow's attempted counts are missing.
func metricsOf(model *pipepb.Pipeline, counted *jobpb.MetricResults) []*api.MetricUpdate {
	results := metricsx.FromMonitoringInfos(model, nil, counted.GetCommitted()).AllMetrics()
	var all []*api.MetricUpdate
	for _, c := range results.Counters() {
		all = append(all, &api.MetricUpdate{Name: name(c.Key), Kind: "Sum", Scalar: c.Committed})
	}
	for _, d := range results.Distributions() {
		all = append(all, &api.MetricUpdate{Name: name(d.Key), Kind: "Distribution", Distribution: map[string]int64{
			"count": d.Committed.Count, "sum": d.Committed.Sum, "min": d.Committed.Min, "max": d.Committed.Max,
		}})
	}
	return all
}

func name(k metrics.StepKey) *api.MetricStructuredName {
	return &api.MetricStructuredName{Name: k.Name, Origin: "user",
		Context: map[string]string{"step": k.Step, "namespace": k.Namespace}}
}
