package dataflow

import (
	"time"

	api "google.golang.org/api/dataflow/v1b3"
)

// getMetrics returns the job's metrics. A job that isn't executed has the metrics that a test sets, or none.
func (s *Server) getMetrics(c *call) (any, error) {
	from, err := c.time("startTime")
	if err != nil {
		return nil, err
	}
	j, err := s.see(c, c.id)
	if err != nil {
		return nil, err
	}
	metrics := []*api.MetricUpdate{}
	if !j.counted.Before(from) {
		metrics = append(metrics, j.metrics...)
	}
	return map[string]any{"metricTime": timestamp(c.now), "metrics": metrics}, nil
}

// count records the metrics of the job at a time.
func (j *job) count(at time.Time, metrics []*api.MetricUpdate) {
	j.counted, j.metrics = at, nil
	for _, m := range metrics {
		stamped := *m
		if stamped.UpdateTime == "" {
			stamped.UpdateTime = timestamp(at)
		}
		j.metrics = append(j.metrics, &stamped)
	}
}

// getExecutionDetails returns the job as a single stage.
func (s *Server) getExecutionDetails(c *call) (any, error) {
	j, err := s.see(c, c.id)
	if err != nil {
		return nil, err
	}
	stage := &api.StageSummary{StageId: "F0", State: "EXECUTION_STATE_RUNNING", StartTime: timestamp(j.created)}
	switch j.visibleState().state {
	case queued, pending:
		stage.State = "EXECUTION_STATE_NOT_STARTED"
	case done, drained, updated:
		stage.State = "EXECUTION_STATE_SUCCEEDED"
	case failed:
		stage.State = "EXECUTION_STATE_FAILED"
	case cancelled:
		stage.State = "EXECUTION_STATE_CANCELLED"
	}
	if j.visibleState().state.terminal() {
		stage.EndTime = timestamp(j.visibleState().at)
	}
	return &api.JobExecutionDetails{Stages: []*api.StageSummary{stage}}, nil
}
