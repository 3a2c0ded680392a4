package serviceusage

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	beta "google.golang.org/api/serviceusage/v1beta1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

const kms = "cloudkms.googleapis.com"

// metric is a quota metric of Cloud KMS with its limit for a minute.
type metric struct {
	name      string
	regional  bool
	perMinute int64
}

// metrics returns both families of metrics. The limits of the newer one, which counts tokens, are those of the older
// one, because Google derives them from each project's use. Source: https://docs.cloud.google.com/kms/quotas.
func metrics() []metric {
	return []metric{
		{"read_requests", false, 300},
		{"write_requests", false, 60},
		{"crypto_requests", false, 60_000},
		{"hsm_symmetric_requests", true, 30_000},
		{"external_kms_requests", true, 6_000},
		{"read_usage", true, 300},
		{"write_usage", true, 60},
		{"software_usage", true, 60_000},
		{"hsm_usage", true, 30_000},
		{"external_kms_usage", true, 6_000},
	}
}

// regions are the locations that a regional limit lists without an override.
func regions() []string {
	return []string{"asia-northeast1", "europe", "europe-west1", "europe-west3", "europe-west4", "us", "us-central1", "us-east1", "us-west1"}
}

// SetQuota sets a limit of a project for a minute: of a metric such as "hsm_usage", in a region or, for "", everywhere.
func (s *State) SetQuota(project, name, region string, perMinute int64) error {
	i := slices.IndexFunc(metrics(), func(m metric) bool { return m.name == name })
	if i < 0 || region != "" && !metrics()[i].regional {
		return fmt.Errorf("got quota metric %q in region %q, want a metric of Cloud KMS such as hsm_usage, and a region only for one that has regions", name, region)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quotas[quota{s.id(project), name, region}] = perMinute
	return nil
}

func (s *server) listMetrics(c *restapi.Call) (any, error) {
	project, err := s.quotaProject(c)
	if err != nil {
		return nil, err
	}
	var all []*beta.ConsumerQuotaMetric
	if c.Arg(1) == kms {
		for _, m := range metrics() {
			all = append(all, s.metric(project, m, c.Query.Get("view") == "FULL"))
		}
	}
	part, next, err := restapi.Page(c, all, 200)
	if err != nil {
		return nil, err
	}
	return &beta.ListConsumerQuotaMetricsResponse{Metrics: part, NextPageToken: next}, nil
}

func (s *server) getMetric(c *restapi.Call) (any, error) {
	project, err := s.quotaProject(c)
	if err != nil {
		return nil, err
	}
	name, err := url.PathUnescape(c.Arg(2))
	for _, m := range metrics() {
		if err == nil && c.Arg(1) == kms && name == kms+"/"+m.name {
			return s.metric(project, m, c.Query.Get("view") == "FULL"), nil
		}
	}
	return nil, refuse.NotFound("Quota metric %s was not found.", c.Arg(2))
}

func (s *server) quotaProject(c *restapi.Call) (string, error) {
	switch view := c.Query.Get("view"); view {
	case "", "BASIC", "FULL", "QUOTA_VIEW_UNSPECIFIED":
	default:
		return "", refuse.InvalidArgument("got view %q, want BASIC or FULL", view)
	}
	project, err := s.project(c, "serviceusage.quotas.get")
	if err == nil && titles()[c.Arg(1)] == "" {
		err = refuse.PermissionDenied("Not found or permission denied for service(s): %s.", c.Arg(1))
	}
	return project, err
}

// metric returns a metric as a view shows it. The full view lists regions without overrides too.
func (s *server) metric(project string, m metric, full bool) *beta.ConsumerQuotaMetric {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	name := "projects/" + core.ProjectNumber(project) + "/services/" + kms + "/consumerQuotaMetrics/" + url.PathEscape(kms+"/"+m.name)
	limit := &beta.ConsumerQuotaLimit{Metric: kms + "/" + m.name, Unit: "1/min/{project}", Name: name + "/limits/%2Fmin%2Fproject"}
	everywhere := s.state.limit(quota{project, m.name, ""}, m.perMinute)
	limit.QuotaBuckets = []*beta.QuotaBucket{{DefaultLimit: m.perMinute, EffectiveLimit: everywhere}}
	if m.regional {
		limit.Unit, limit.Name, limit.SupportedLocations = limit.Unit+"/{region}", limit.Name+"%2Fregion", regions()
		for _, region := range s.state.regions(project, m.name, full) {
			limit.QuotaBuckets = append(limit.QuotaBuckets, &beta.QuotaBucket{Dimensions: map[string]string{"region": region},
				DefaultLimit: m.perMinute, EffectiveLimit: s.state.limit(quota{project, m.name, region}, everywhere)})
		}
	}
	return &beta.ConsumerQuotaMetric{Name: name, Metric: limit.Metric, DisplayName: strings.ReplaceAll(m.name, "_", " "), Unit: "1",
		ConsumerQuotaLimits: []*beta.ConsumerQuotaLimit{limit}}
}

// limit returns a limit that was set, else the default. Its caller has locked s.mu.
func (s *State) limit(q quota, otherwise int64) int64 {
	if set, ok := s.quotas[q]; ok {
		return set
	}
	return otherwise
}

// regions returns the regions with a limit of their own, and all others if full is set. Its caller has locked s.mu.
func (s *State) regions(project, name string, full bool) []string {
	var found []string
	if full {
		found = regions()
	}
	for q := range s.quotas {
		if q.project == project && q.metric == name && q.region != "" && !slices.Contains(found, q.region) {
			found = append(found, q.region)
		}
	}
	slices.Sort(found)
	return found
}
