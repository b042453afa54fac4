//! The page before anything is open: what it does, what it takes, where to find that.

use leptos::prelude::*;

use super::intake::{FileButtons, SampleButton};

#[component]
pub fn DropScreen() -> impl IntoView {
    view! {
        <div class="drop-screen">
            <h1 class="drop-title">"See who talked to whom, which way, and what was rejected and why"</h1>
            <p class="drop-promise">
                "Your flow logs are read in this browser, on this machine. Nothing is uploaded; "
                "after it has loaded, this page makes no request at all."
            </p>
            <section class="drop-area" aria-labelledby="drop-heading">
                <h2 id="drop-heading">"Drop VPC Flow Log files or folders here"</h2>
                <div class="drop-actions">
                    <FileButtons prominent=true/>
                    <SampleButton/>
                </div>
                <p class="text-dim">
                    "Dropping works anywhere on this page, at any time. Records can also be pasted: " <kbd>"Ctrl"</kbd> "+"
                    <kbd>"V"</kbd>
                </p>
            </section>
            <div class="drop-help">
                <Formats/>
                <Sources/>
            </div>
        </div>
    }
}

#[component]
fn Formats() -> impl IntoView {
    view! {
        <section aria-labelledby="formats-heading">
            <h2 id="formats-heading">"What opens"</h2>
            <ul>
                <li>"VPC and Transit Gateway flow logs from S3: text, plain or gzip, or Parquet"</li>
                <li>"From CloudWatch Logs, Logs Insights, Athena and Firehose: text, CSV or JSON"</li>
                <li>"Zip and tar archives and folders of them, as many files as you like"</li>
                <li>"The default format and custom ones of any version, with a header line or without"</li>
                <li>
                    "Beside them the account's rules, as "<code>"aws ec2 describe-…"</code>
                    " prints them: then the rule that rejected is named, with the fix"
                </li>
            </ul>
            <p class="text-dim">
                "What does not open is named, with the reason and what to do instead. "
                "Each line of each file is accounted for."
            </p>
        </section>
    }
}

#[component]
fn Sources() -> impl IntoView {
    view! {
        <section aria-labelledby="sources-heading">
            <h2 id="sources-heading">"Where the files are"</h2>
            <p>"In the flow log's bucket, a file for every few minutes:"</p>
            <pre class="code-block" tabindex="0">"AWSLogs/<account>/vpcflowlogs/<region>/<year>/<month>/<day>/….log.gz"</pre>
            <p>"A day of them comes to a folder, which you then drop here, with"</p>
            <pre class="code-block" tabindex="0">
                "aws s3 cp --recursive s3://<bucket>/AWSLogs/<account>/vpcflowlogs/<region>/<year>/<month>/<day>/ flow-logs/"
            </pre>
        </section>
    }
}
