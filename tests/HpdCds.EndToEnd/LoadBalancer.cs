using System.Diagnostics;
using System.Globalization;
using HpdCds.Tests.Hooks;

namespace HpdCds.EndToEnd;

/// <summary>nginx before several replicas, set up as deploy/README.md says.</summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hpdcds-nginx-").FullName;
    private readonly int _port = FreePort.Next();
    private Process? _process;

    public Uri Url => new($"http://127.0.0.1:{_port}");

    public async Task StartAsync(params Uri[] replicas)
    {
        var file = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(replicas), TestContext.Current.CancellationToken);
        _process = Process.Start("nginx", ["-c", file, "-p", _folder, "-e", Path.Combine(_folder, "error.log")]);
        using var http = new HttpClient();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Url, "/health/live"), TestContext.Current.CancellationToken);
                return;
            }
            catch (HttpRequestException) when (attempt < 200)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // The master takes its workers with it only when it is asked.
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Configuration(Uri[] replicas) =>
        $$"""
        {{(Environment.UserName == "root" ? "user root;" : "")}}
        worker_processes 1;
        daemon off;
        pid {{_folder}}/nginx.pid;
        error_log {{_folder}}/error.log;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path {{_folder}}/body;
          proxy_temp_path {{_folder}}/proxy;
          fastcgi_temp_path {{_folder}}/fastcgi;
          uwsgi_temp_path {{_folder}}/uwsgi;
          scgi_temp_path {{_folder}}/scgi;
          client_max_body_size 6m;
          client_body_buffer_size 2m;
          # Each call tries them anew: two that end one after the other must not both be taken for dead.
          upstream hpdcds {
        {{string.Concat(replicas.Select(replica => $"    server {replica.Authority} max_fails=0;\n"))}}    keepalive 16;
          }
          server {
            listen 127.0.0.1:{{_port}};
            location / {
              proxy_pass http://hpdcds;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host cds.example.org;
              # A replica that drains says 503 before it spends a token: another one may take the call.
              proxy_next_upstream error timeout http_503 non_idempotent;
              proxy_next_upstream_tries 3;
            }
          }
        }
        """;
}
