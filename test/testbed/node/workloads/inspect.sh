# Prints what the agent sees of its container.
cat /proc/self/status /proc/self/mounts /proc/self/uid_map
for path in /file /tmp/file /data/reports/file; do
  if (echo x >"$path") 2>/dev/null; then echo "writes $path"; else echo "cannot write $path"; fi
done
for folder in /var/run/secrets /data/reports /data/reports/private; do
  echo "$folder holds:" $(ls -A "$folder" 2>/dev/null)
done
echo inspected
while :; do sleep 3600; done
