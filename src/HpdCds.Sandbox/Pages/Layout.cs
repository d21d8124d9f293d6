using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>The frame of every page, and the banner of a patient's pages.</summary>
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
          <script src="/sandbox.js" defer></script>
        </head>
        <body>
          <a class="skip" href="#main">Skip to the content</a>
          <header class="top">
            <a class="brand" href="/">Sandbox EHR</a>
            <nav aria-label="Sandbox"><a href="/">Patients</a><a href="/import">Import</a></nav>
            <span class="quiet">Synthetic patients only, never part of a deployment</span>
          </header>
          <main id="main" tabindex="-1">{body}</main>
        </body>
        </html>
        """);

    /// <param name="tab">Chart or Order: which of the patient's pages this is.</param>
    public static Html PatientPage(ListedPatient patient, PatientPerson person, string tab, Html body) => Page($"{patient.Title}, {tab}", Html.Of($"""
        <section class="banner" aria-label="Patient">
          <h1>{patient.Title}</h1>
          <dl>
            <div><dt>Sex</dt><dd>{person.Sex}</dd></div>
            <div><dt>Born</dt><dd>{person.Born}</dd></div>
            <div><dt>Patient id</dt><dd>{patient.Id}</dd></div>
          </dl>
          <nav class="tabs" aria-label="Patient record">{Tab(patient, "Chart", "", tab)}{Tab(patient, "Order", "/order", tab)}</nav>
        </section>
        <p class="quiet lead">{patient.Shows}</p>
        {body}
        """));

    public static Html Simple(string title, string text) => Page(title, Html.Of($"""
        <h1>{title}</h1><p>{text}</p><p><a href="/">All patients</a></p>
        """));

    private static Html Tab(ListedPatient patient, string name, string path, string current) => name == current
        ? Html.Of($"""<a href="/patients/{patient.Id}{path}" aria-current="page">{name}</a>""")
        : Html.Of($"""<a href="/patients/{patient.Id}{path}">{name}</a>""");
}
