"""Events: verbs such as `post.published`, recorded by actions in the same transaction, and kept."""
