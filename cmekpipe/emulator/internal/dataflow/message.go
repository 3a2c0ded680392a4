package dataflow

import "time"

// importance is the importance of a message; the API's names in order.
type importance string

const (
	detailed importance = "JOB_MESSAGE_DETAILED"
	basic    importance = "JOB_MESSAGE_BASIC"
	failure  importance = "JOB_MESSAGE_ERROR"
)

// importances returns all importances from the least to the greatest.
func importances() []importance {
	return []importance{
		"JOB_MESSAGE_IMPORTANCE_UNKNOWN", "JOB_MESSAGE_DEBUG", detailed, basic, "JOB_MESSAGE_WARNING", failure,
	}
}

// message is a JobMessage.
type message struct {
	ID         string     `json:"id"`
	Time       string     `json:"time"`
	Text       string     `json:"messageText"`
	Importance importance `json:"messageImportance"`

	at time.Time
}
