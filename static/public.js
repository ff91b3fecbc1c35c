/* Convenience only: every page works without it. ES5 for old WebViews. */
(function(d,w){"use strict";
if(!w.FormData||!FormData.prototype.getAll||!Element.prototype.closest)return;
var busy,h=location.hash;
d.documentElement.classList.add("js");
function each(s,n,f){return[].map.call((n||d).querySelectorAll(s),f)}
function store(f){try{return f(w.sessionStorage)}catch(e){}}
function key(s){return"draft:"+(s||location.pathname).split(/[?#]/)[0]}
function tick(x){return/radio|checkbox/.test(x.type)}
function fields(n){return each("input,textarea,select",n,function(x){return x}).filter(function(x){return x.name&&!/hidden|file|password/.test(x.type)&&!("secret"in x.dataset)})}
function full(x){return tick(x)?x.checked:x.value.trim()}
function met(c,f){
function sub(x){return met(x,f)}
if(c.all)return c.all.every(sub);
if(c.any)return c.any.some(sub);
if(c.not)return!sub(c.not);
var a=new FormData(f).getAll(c.q).filter(function(x){return x.trim&&x.trim()}),v=[].concat(c.v),w=v[0],x=a[0],hit=v.filter(function(x){return a.indexOf(x)>-1}).length;
if(x&&+w===w)x=+x.normalize("NFKC");
return{answered:a.length,has_all:hit==v.length,lt:x<w,le:x<=w,gt:x>w,ge:x>=w,eq:x==w,"in":hit,has_any:hit}[c.op]}
function wide(s){return encodeURIComponent(s.replace(/\r\n?|\n/g,"\r\n")).replace(/%20/g,"+").replace(/[!'()~]/g,"%21").length}
function tell(f,to,text){each(to,f,function(x){x.hidden=false;x.textContent=text})}
function look(f,e){
var m=0,n=0,said=[],next;
function turn(x){
var off=!met(JSON.parse(x.dataset.when),f)&&!x.matches(".bad")&&!x.querySelector(".bad");
if(x.hidden!=off){x.hidden=x.disabled=off;off=f.dataset[off?"less":"more"];if(said.indexOf(off)<0)said.push(off)}}
each("fieldset[data-when]",f,turn);
each("h2[data-when]",f,turn);
if(e&&said[0])tell(f,".live",said.join(""));
each(".q,.mx",f,function(x){
if(x.closest("[hidden]")||x.parentNode.closest(".mx"))return;
var left=each(".q",x,function(y){return y}).concat(x.matches(".q")?x:[]).filter(function(y){return!fields(y).some(full)})[0];
m++;
if(!left)n++;
next=next||left});
each("[data-of]",f,function(x){x.textContent=x.dataset.of.replace("{n}",n).replace("{m}",m)});
each("[data-next]",f,function(x){x.hidden=!next;x.onclick=function(){fields(next)[0].focus();next.scrollIntoView()}});
each("progress",f,function(x){x.parentNode.hidden=false;x.max=m;x.value=n})}
each("[data-sent]",0,function(x){store(function(s){x.dataset.sent?s.removeItem(key(x.dataset.sent)):s.clear()})});
each("form[data-draft]",0,function(f){
var k=key(f.getAttribute("action")),l=fields(f);
function change(e){var o={};l.forEach(function(x){if(full(x))(o[x.name]=o[x.name]||[]).push(x.value)});
store(function(s){s.setItem(k,JSON.stringify(o))});look(f,e)}
function recall(){
var kept=store(function(s){s.setItem(k+k,1);s.removeItem(k+k);return s.getItem(k)}),o=JSON.parse(kept||"{}");
l.forEach(function(x){var v=o[x.name];
if(kept===null)tick(x)?x.checked=x.defaultChecked:x.value=x.defaultValue;
else if(!v)return;
else if(!tick(x))x.value=x.value||v[0];
else if(!l.some(function(y){return y.name==x.name&&y.defaultChecked}))x.checked=v.indexOf(x.value)>-1});
busy=0;
look(f)}
recall();
f.addEventListener("input",change);
f.addEventListener("change",change);
w.addEventListener("pageshow",recall);
f.addEventListener("submit",function(e){
if(navigator.onLine===false){e.preventDefault();tell(f,".alert",f.dataset.offline)}
else if(busy)e.preventDefault();
else{busy=1;setTimeout(function(){busy=0},9e3)}})});
each("form[method=post]",0,function(f){
var b,p=f.elements.pad;
if(!/url/.test(f.enctype))return;
if(!p){p=d.createElement("input");p.type="hidden";p.name="pad";f.appendChild(p)}
f.addEventListener("click",function(e){b=e.target.closest("button")});
f.fill=function(){
var n=-1,m=2048;
p.value="";
try{
new FormData(f).forEach(function(v,k){n+=wide(k)+wide(v)+2});
if(b&&b.name)n+=wide(b.name)+wide(b.value)+2;
while(m<n)m*=2;
p.value=Array(m-n+1).join("0")}catch(e){}};
f.addEventListener("submit",f.fill)});
if(/^#(s=)?[0-9a-z-]{16,24}$/i.test(h)&&d.querySelector("[data-secret]")){
h=h.replace(/^#(s=)?|-/g,"");
each("[data-secret]",0,function(x,i,a){x.value=a.length>1?h.substr(i*4,4):h.replace(/(.{4})(?=.)/g,"$1 ")});
history.replaceState(null,"",location.pathname+location.search)}
each("[data-copy]",0,function(b){b.hidden=false;b.onclick=function(){
var t=d.createElement("textarea");t.value=b.dataset.copy;d.body.appendChild(t);t.select();
try{if(d.execCommand("copy"))b.textContent=b.dataset.done}catch(e){}
d.body.removeChild(t)}});
each("[data-print]",0,function(b){b.hidden=false;b.onclick=function(){w.print()}});
each("[data-exit]",0,function(a){a.onclick=function(e){e.preventDefault();store(function(s){s.clear()});location.replace(a.dataset.exit||"about:blank")}});
})(document,window);
