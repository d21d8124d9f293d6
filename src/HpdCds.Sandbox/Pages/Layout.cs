namespace HpdCds.Sandbox.Pages;

/// <summary>The frame of every page.</summary>
public static class Layout
{
    public static Html Page(string title, Html body) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>{title} - Sandbox EHR</title>
          <link rel="stylesheet" href="/sandbox.css">
        </head>
        <body>
          <header class="top"><a href="/">Sandbox EHR</a> <span>synthetic patients only, never part of a deployment</span></header>
          <main>{body}</main>
        </body>
        </html>
        """);
}
