package dataflow

import (
	"encoding/json"

	api "google.golang.org/api/dataflow/v1b3"
)

// tampered returns the submission with the changes of a test.
func (s *Server) tampered(sub submission) (submission, error) {
	if s.set.tamper == nil {
		return sub, nil
	}
	var j api.Job
	if err := json.Unmarshal(marshal(sub.doc), &j); err != nil {
		return sub, wrongType(err)
	}
	s.set.tamper(&j)
	return parseSubmission(marshal(&j))
}

// tamperedAnswer returns an answer with the changes of a test.
func (s *Server) tamperedAnswer(method string, doc fields) *api.Job {
	var j api.Job
	if err := json.Unmarshal(marshal(doc), &j); err != nil {
		panic("dataflow: " + err.Error()) // stored jobs were checked against the type
	}
	s.set.tamperAnswer(method, &j)
	return &j
}
