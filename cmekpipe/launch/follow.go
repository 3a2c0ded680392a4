package launch

import (
	"context"
	"errors"
	"io"
	"os"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
)

// follow reads a job's states and messages until it ends. It keeps every error of the job, because the first one names
// the cause and the last one only says that there was one.
func (l *launcher) follow(ctx context.Context, client jobpb.JobServiceClient, id string) error {
	stream, err := client.GetMessageStream(ctx, &jobpb.JobMessagesRequest{JobId: id})
	if err != nil {
		return err
	}
	var failed bool
	var causes []error
	for {
		answer, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && failed:
			return errors.Join(append(causes, errors.New("the job ended in state FAILED"))...)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if message := answer.GetMessageResponse(); message.GetImportance() >= jobpb.JobMessage_JOB_MESSAGE_ERROR {
			causes = append(causes, errors.New(message.GetMessageText()))
		}
		switch answer.GetStateResponse().GetState() {
		case jobpb.JobState_DONE:
			return nil
		case jobpb.JobState_CANCELLED:
			return errors.New("the job was cancelled")
		case jobpb.JobState_FAILED:
			failed = true
		}
	}
}

// emptyFile makes a temporary file and returns its name.
func emptyFile() (name string, remove func(), err error) {
	f, err := os.CreateTemp("", "cmekpipe-worker-*")
	if err != nil {
		return "", nil, err
	}
	return f.Name(), func() { os.Remove(f.Name()) }, f.Close()
}
