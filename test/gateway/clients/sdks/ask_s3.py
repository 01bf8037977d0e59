# A program that uses boto3. It names the endpoint in code: boto3 reads AWS_ENDPOINT_URL from 1.28 on, and Debian's is older.
import io, os, sys
import boto3

s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL'])
act, key, body = sys.argv[1:4]
if act == 'put':
    print(s3.put_object(Bucket='reports', Key=key, Body=io.BytesIO(body.encode()))['ETag'])
elif act == 'get':
    print(s3.get_object(Bucket='reports', Key=key)['Body'].read().decode())
elif act == 'list':
    print([item['Key'] for item in s3.list_objects_v2(Bucket='reports', Prefix=key)['Contents']])
