package healthcare

import (
	"bytes"
	"encoding/json"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// deidentify copies the resources of a store to another one.
func (s *Server) deidentify(c *call) (*answer, error) {
	var request struct{ DestinationStore, GcsConfigURI string }
	if err := json.Unmarshal(c.body, &request); err != nil {
		return nil, core.BadRequest("got a body that is no request to de-identify")
	}
	if request.GcsConfigURI != "" {
		return nil, core.BadRequest("the loopback Healthcare API has no gcsConfigUri")
	}
	from, err := s.findStore(c)
	if err != nil {
		return nil, err
	}
	to := s.storeNamed(request.DestinationStore)
	switch {
	case to == nil:
		return nil, core.NotFound("FHIR store " + request.DestinationStore + " is not there")
	case to.dataset.location != from.dataset.location:
		return nil, core.BadRequest("got a destination in " + to.dataset.location + ", want one in " + from.dataset.location)
	case from.dataset.key.Valid():
		return nil, core.FailedPrecondition("resources of dataset " + from.dataset.name +
			" can't be de-identified, because it has a customer-managed key")
	}
	version, err := s.protect(c.ctx, to.dataset)
	if err != nil {
		return nil, err
	}
	w, out := &writing{c, to, version}, result{}
	for _, r := range from.order {
		if s.take(w, bytes.Clone(r.body)) != nil {
			out.failure++
		} else {
			out.success++
		}
	}
	return s.begin(c, out), nil
}
