package pubsub

import (
	"regexp"
	"strings"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The limits of https://docs.cloud.google.com/pubsub/quotas#resource_limits that the fake does not enforce.
const (
	maxMessages       = 1000
	maxRequestBytes   = 10_000_000
	maxAttributes     = 100
	maxAttributeKey   = 256
	maxAttributeValue = 1024
	maxOrderingKey    = 1024
)

var topicName = regexp.MustCompile(`^projects/[^/]+/topics/[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$`)

func checkTopicName(name string) error {
	if !topicName.MatchString(name) || strings.Contains(name, "/topics/goog") {
		return refuse.InvalidArgument("Invalid [topics] name: (name=%s)", name)
	}
	return nil
}

func checkPublish(req *pubsubpb.PublishRequest) error {
	switch n := len(req.GetMessages()); {
	case n == 0:
		return refuse.InvalidArgument("The request contains no messages.")
	case n > maxMessages:
		return refuse.InvalidArgument("The value for message_count is too large. You passed %d in the request, but the maximum value is %d.", n, maxMessages)
	case proto.Size(req) > maxRequestBytes:
		return refuse.InvalidArgument("Request payload size exceeds the limit: %d bytes.", maxRequestBytes)
	}
	for _, m := range req.GetMessages() {
		if err := checkMessage(m, req.GetMessages()[0].GetOrderingKey()); err != nil {
			return err
		}
	}
	return nil
}

func checkMessage(m *pubsubpb.PubsubMessage, orderingKey string) error {
	switch {
	case len(m.GetData()) == 0 && len(m.GetAttributes()) == 0:
		return refuse.InvalidArgument("One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.")
	case len(m.GetAttributes()) > maxAttributes:
		return refuse.InvalidArgument("A message has more than %d attributes.", maxAttributes)
	case m.GetOrderingKey() != orderingKey:
		return refuse.InvalidArgument("In a single publish request, all messages must have no ordering key or they must all have the same ordering key.")
	case len(m.GetOrderingKey()) > maxOrderingKey:
		return refuse.InvalidArgument("The ordering key is longer than %d bytes.", maxOrderingKey)
	}
	for key, value := range m.GetAttributes() {
		if key == "" || len(key) > maxAttributeKey || len(value) > maxAttributeValue || strings.HasPrefix(key, "goog") {
			return refuse.InvalidArgument("An attribute's key must not be empty, longer than %d bytes or begin with \"goog\", nor its value longer than %d bytes.",
				maxAttributeKey, maxAttributeValue)
		}
	}
	return nil
}
