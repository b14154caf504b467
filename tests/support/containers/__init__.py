"""Images, containers and pods, and the entrypoint files that they are made from."""
